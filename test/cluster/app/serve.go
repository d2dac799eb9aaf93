package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// serve listens until SIGTERM, then answers what is under way and ends.
func serve(args []string) error {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	readyAfter := flags.Duration("ready-after", 0, "answer 503 on /ready for this long")
	neverReady := flags.Bool("never-ready", false, "answer 503 on /ready for ever")
	deadAfter := flags.Duration("dead-after", 0, "answer 500 on /live after this long")
	unreadyAfter := flags.Duration("unready-after", 0, "answer 503 on /ready again after this long")
	crash := flags.Bool("crash", false, "print an error and exit 1 at once")
	crashAfter := flags.Duration("crash-after", 0, "exit 1 after this long")
	crashes := flags.Int("crashes", 0, "exit 1 on the first N starts (counted in STATE_DIR)")
	exit := flags.Int("exit", -1, "exit with this code at once")
	allocate := flags.Int("allocate", 0, "take this many MiB of memory at once")
	fill := flags.Int("fill", 0, "write this many MiB into STATE_DIR")
	ignoreTerm := flags.Bool("ignore-sigterm", false, "do not end on SIGTERM")
	drain := flags.Duration("drain", 0, "go on answering for this long after SIGTERM")
	linger := flags.Duration("linger", 0, "take no connection after SIGTERM, and end only after this long")
	failFor := flags.Duration("fail-for", 0, "answer 503 on / for this long, whatever /ready says")
	errorRate := flags.Int("error-percent", 0, "answer this share of the requests to / with 500")
	schema := flags.Int64("schema", 0, "schema version wanted, 0 is the newest")
	listen := flags.String("listen", ":8080", "address to listen on")
	if err := flags.Parse(args); err != nil {
		return err
	}

	fmt.Printf("app %s starting (pid %d)\n", version(), os.Getpid())
	if *exit >= 0 {
		os.Exit(*exit)
	}
	if *crash {
		fmt.Println("reading configuration")
		fmt.Println("connecting to the payment service")
		return errors.New("cannot start: PAYMENT_API_KEY is not set")
	}
	if *crashes > 0 {
		start, err := countStart()
		if err != nil {
			return err
		}
		if start <= *crashes {
			return fmt.Errorf("start %d of %d failing ones: the cache is not warm yet", start, *crashes)
		}
	}
	if *allocate > 0 {
		takeMemory(*allocate)
	}
	if *fill > 0 {
		if err := os.WriteFile(filepath.Join(os.Getenv("STATE_DIR"), "fill"), make([]byte, *fill<<20), 0o600); err != nil {
			return err
		}
	}
	if *crashAfter > 0 {
		time.AfterFunc(*crashAfter, func() {
			fmt.Fprintln(os.Stderr, "app: serve: panic: lost the connection to the queue")
			os.Exit(1)
		})
	}

	want := *schema
	var db *sql.DB
	if url := os.Getenv("DATABASE_URL"); url != "" {
		opened, err := sql.Open("pgx", url)
		if err != nil {
			return err
		}
		defer opened.Close()
		db = opened
		if want == 0 {
			newest, err := newestMigration()
			if err != nil {
				return err
			}
			want = newest
		}
	}

	started := time.Now()
	ready := func(ctx context.Context) error {
		age := time.Since(started)
		switch {
		case *neverReady:
			return errors.New("waiting for the search index: 0 of 3 shards")
		case age < *readyAfter:
			return fmt.Errorf("warming up: %s of %s", age.Round(time.Second), *readyAfter)
		case *unreadyAfter > 0 && age > *unreadyAfter:
			return errors.New("lost the search index")
		case db == nil:
			return nil
		}
		got, err := schemaVersion(ctx, db)
		if err != nil {
			return fmt.Errorf("database: %w", err)
		}
		if got < want {
			return fmt.Errorf("schema is at version %d, want %d", got, want)
		}
		return nil
	}

	var requests atomic.Int64
	mux := http.NewServeMux()
	mux.HandleFunc("/ready", func(w http.ResponseWriter, r *http.Request) {
		if err := ready(r.Context()); err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	})
	mux.HandleFunc("/live", func(w http.ResponseWriter, _ *http.Request) {
		if *deadAfter > 0 && time.Since(started) > *deadAfter {
			http.Error(w, "deadlock in the worker pool", http.StatusInternalServerError)
			return
		}
		fmt.Fprintln(w, "ok")
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		if time.Since(started) < *failFor {
			http.Error(w, "the cache is cold", http.StatusServiceUnavailable)
			return
		}
		if n := requests.Add(1); n%100 < int64(*errorRate) {
			http.Error(w, "internal error", http.StatusInternalServerError)
			return
		}
		fmt.Fprintln(w, version())
	})

	server := &http.Server{Addr: *listen, Handler: mux}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	stopped := make(chan struct{})
	go func() {
		for received := range signals {
			if *ignoreTerm {
				fmt.Printf("app %s ignores %s\n", version(), received)
				continue
			}
			fmt.Printf("app %s ending on %s\n", version(), received)
			time.Sleep(*drain)
			ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
			defer cancel()
			server.Shutdown(ctx)
			time.Sleep(*linger)
			close(stopped)
			return
		}
	}()
	fmt.Printf("app %s listening on %s\n", version(), *listen)
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	<-stopped
	return nil
}

// countStart says the how-manieth start of this pod's container this is. It is
// remembered in STATE_DIR, which has to outlive the container (an emptyDir).
func countStart() (int, error) {
	dir := os.Getenv("STATE_DIR")
	if dir == "" {
		return 0, errors.New("--crashes needs STATE_DIR, a folder that outlives the container")
	}
	file := filepath.Join(dir, "starts")
	text, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return 0, err
	}
	before, _ := strconv.Atoi(strings.TrimSpace(string(text)))
	return before + 1, os.WriteFile(file, []byte(strconv.Itoa(before+1)), 0o600)
}

var held [][]byte

// takeMemory writes to every page, so that the memory is really used.
func takeMemory(mebibytes int) {
	for range mebibytes {
		block := make([]byte, 1<<20)
		for i := 0; i < len(block); i += 4096 {
			block[i] = 1
		}
		held = append(held, block)
	}
}
