// Command app is the sample application of the tests: a web server that can be
// told to misbehave, and the migrations of its database.
//
//	app serve   [flags]   listens on :8080: /ready, /live, and / answers the version
//	app migrate [flags]   applies the SQL migrations to DATABASE_URL
//	app run     [flags]   prints lines, sleeps and exits: any other program
//
// The flags of a command may also come from the environment, as SERVE_FLAGS,
// MIGRATE_FLAGS and RUN_FLAGS, so that an image carries its behaviour whatever
// arguments a manifest gives it. VERSION names the image.
package main

import (
	"fmt"
	"os"
	"strings"
)

func main() {
	commands := map[string]func(args []string) error{
		"serve":   serve,
		"migrate": migrate,
		"run":     run,
	}
	name := "serve"
	args := os.Args[1:]
	if len(args) > 0 {
		name, args = args[0], args[1:]
	}
	command, known := commands[name]
	if !known {
		fmt.Fprintf(os.Stderr, "app: unknown command %q\n", name)
		os.Exit(64)
	}
	flags := strings.Fields(os.Getenv(strings.ToUpper(name) + "_FLAGS"))
	if err := command(append(flags, args...)); err != nil {
		fmt.Fprintf(os.Stderr, "app: %s: %v\n", name, err)
		os.Exit(1)
	}
}

// version is the image's tag, or "dev" where nothing says.
func version() string {
	if tag := os.Getenv("VERSION"); tag != "" {
		return tag
	}
	return "dev"
}
