package main

import (
	"flag"
	"fmt"
	"os"
	"time"
)

// behaviour adds the flags by which a program misbehaves. The function it
// returns plays them, in the order of this list, and is true where the program
// has then done what it should.
func behaviour(flags *flag.FlagSet) func() bool {
	lines := flags.Int("lines", 0, "print this many numbered lines")
	interval := flags.Duration("interval", 0, "wait this long after each of the lines")
	text := flags.String("print", "", "print this line")
	sleep := flags.Duration("sleep", 0, "sleep this long")
	hang := flags.Bool("hang", false, "print a line, then sleep for ever")
	exit := flags.Int("exit", 0, "exit with this code")
	fast := flags.Bool("fast", false, "print three lines and exit 0 within milliseconds")
	return func() bool {
		if *fast {
			*lines = max(*lines, 3)
		}
		for i := range *lines {
			fmt.Printf("line %d of %d\n", i+1, *lines)
			time.Sleep(*interval)
		}
		if *text != "" {
			fmt.Println(*text)
		}
		time.Sleep(*sleep)
		if *hang {
			fmt.Println("waiting for a lock on table orders")
			for {
				time.Sleep(time.Hour)
			}
		}
		if *exit != 0 {
			fmt.Fprintf(os.Stderr, "exiting with code %d\n", *exit)
			os.Exit(*exit)
		}
		return *fast || *lines > 0
	}
}

// run only behaves.
func run(args []string) error {
	flags := flag.NewFlagSet("run", flag.ContinueOnError)
	play := behaviour(flags)
	if err := flags.Parse(args); err != nil {
		return err
	}
	play()
	return nil
}
