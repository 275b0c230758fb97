package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"connectrpc.com/connect"

	"parley/proto/gen/parley/v1"
	"parley/proto/gen/parley/v1/parleyv1connect"
)

type accountCmd struct {
	Import accountImportCmd `cmd:"" help:"Import accounts from a CSV file; all rows or none."`
}

type accountImportCmd struct {
	File string `arg:"" help:"CSV file, UTF-8; the first line names the columns: type, name, company, numbers, email, street, postal_code, city, country, language." type:"existingfile"`
	JSON bool   `help:"Print JSON for scripts." name:"json"`
}

type (
	importJSON struct {
		Imported int32          `json:"imported"`
		Errors   []rowErrorJSON `json:"errors"`
	}
	rowErrorJSON struct {
		Line   int32  `json:"line"`
		Column string `json:"column"`
		Reason string `json:"reason"`
	}
)

// piece is how much of the file goes into one message.
const piece = 256 << 10

func (c *accountImportCmd) Run(e *env) error {
	f, err := os.Open(c.File)
	if err != nil {
		return fmt.Errorf("open the file: %w", err)
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("look at the file: %w", err)
	}
	opt, done, err := e.signIn()
	if err != nil {
		return err
	}
	defer done()
	stream := parleyv1connect.NewAccountServiceClient(http.DefaultClient, e.cli.Server, opt).Import(e.ctx)
	bar := &progress{out: e.err, total: info.Size(), quiet: c.JSON}
	if err := send(stream, f, bar); err != nil {
		return err
	}
	res, err := stream.CloseAndReceive()
	bar.end()
	if err != nil {
		return err
	}
	return c.report(e, res.Msg)
}

func send(stream *connect.ClientStreamForClient[parleyv1.ImportRequest, parleyv1.ImportResponse], f io.Reader, bar *progress) error {
	buf := make([]byte, piece)
	for {
		n, err := f.Read(buf)
		if n > 0 {
			serr := stream.Send(&parleyv1.ImportRequest{Data: buf[:n]})
			if errors.Is(serr, io.EOF) {
				return nil // the server has answered already; it says why
			}
			if serr != nil {
				return serr
			}
			bar.add(n)
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read the file: %w", err)
		}
	}
}

func (c *accountImportCmd) report(e *env, m *parleyv1.ImportResponse) error {
	result := importJSON{Imported: m.GetImported(), Errors: []rowErrorJSON{}}
	for _, r := range m.GetErrors() {
		result.Errors = append(result.Errors, rowErrorJSON{r.GetLine(), r.GetColumn(), r.GetReason()})
	}
	if c.JSON {
		if err := json.NewEncoder(e.out).Encode(result); err != nil {
			return err
		}
	}
	if len(result.Errors) == 0 {
		if !c.JSON {
			fmt.Fprintf(e.out, "%s imported\n", plural(int(result.Imported), "account"))
		}
		return nil
	}
	if !c.JSON {
		for _, r := range result.Errors {
			column := ""
			if r.Column != "" {
				column = " " + r.Column + ":"
			}
			fmt.Fprintf(e.err, "%s:%d:%s %s\n", c.File, r.Line, column, r.Reason)
		}
	}
	return fmt.Errorf("%s wrong; nothing was imported", plural(len(result.Errors), "row"))
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// progress draws a bar on a terminal's line.
type progress struct {
	out   io.Writer
	total int64
	sent  int64
	shown int64
	quiet bool
}

const barWidth = 40

func (p *progress) add(n int) {
	p.sent += int64(n)
	if p.quiet || p.total == 0 {
		return
	}
	percent := 100 * p.sent / p.total
	if percent == p.shown {
		return
	}
	p.shown = percent
	full := int(barWidth * p.sent / p.total)
	fmt.Fprintf(p.out, "\r[%s%s] %3d %%", strings.Repeat("#", full), strings.Repeat(".", barWidth-full), percent)
}

func (p *progress) end() {
	if !p.quiet && p.shown > 0 {
		fmt.Fprintln(p.out)
	}
}
