package archtest

// rule says which of our packages the packages of a pattern may import. The
// first rule that matches a package is the one that counts. A pattern is a path
// below the module, with "/..." for itself and all below; "./..." in may stands
// for the package itself and all below.
type rule struct {
	pattern string
	may     []string
	reason  string
}

var shell = []string{"./...", "client/fyneui/...", "client/vm/...", "client/model", "client/l10n", "assets"}

var rules = []rule{
	{"assets/...", nil, "assets embed files and nothing else"},
	{"proto/gen/...", []string{"proto/gen/..."}, "generated from the wire format alone"},

	{"server/domain", nil, "the vocabulary is the root of everything"},
	{
		"server/domain/...",
		[]string{"server/domain/..."},
		"rules are pure: they know no store, bus, wire or adapter",
	},
	{"server/store/storesql", nil, "generated from the SQL text"},
	{
		"server/store/...",
		[]string{"server/domain/...", "server/store/..."},
		"the store keeps what the domain decides, and decides nothing",
	},
	{"server/bus/...", []string{"./...", "server/domain"}, "the bus carries events and requests, whatever is in them"},
	{
		"server/service/...",
		[]string{"./...", "server/domain/...", "server/store", "server/bus"},
		"services do not import each other: what two of them share is a rule or a concept that is missing",
	},
	{
		"server/voice/...",
		[]string{"server/voice/...", "server/domain", "server/domain/call", "client/phone/codec", "assets"},
		"the voice side speaks call vocabulary only; there is one implementation of each codec",
	},
	{"server/channel/...", []string{"./...", "server/domain/..."}, "a text channel is an adapter"},
	{"server/search/...", []string{"./...", "server/domain", "server/domain/knowledge"}, "the index is an adapter"},
	{"server/erp/...", []string{"./...", "server/domain", "server/domain/order"}, "hand-over of orders is an adapter"},
	{"server/onion", nil, "a way in, whatever comes through it"},
	{"client/onion", nil, "a way out, whatever goes through it"},
	{"server/web/...", []string{"./...", "server/api", "assets"}, "customers reach services through the API like everyone else"},
	{
		"server/api/...",
		[]string{"./...", "server/service/...", "server/domain/...", "proto/gen/..."},
		"the API maps the wire to services; it stores and decides nothing",
	},
	{
		"server/boot/...",
		[]string{
			"server/boot/...", "server/api/...", "server/bus/...", "server/channel/...", "server/domain/...", "server/erp/...",
			"server/onion", "server/search/...", "server/service/...", "server/store/...", "server/voice/...", "server/web/...",
			"proto/gen/...", "assets",
		},
		"the composition root is the only package that sees every adapter",
	},
	{
		"server/cmd/parleyctl",
		[]string{
			"./...", "proto/gen/...", "server/voice/phone", "server/voice/media",
			"client/gateway", "client/phone/...", "client/model",
		},
		"a client of the api; robot agents and customers' phones check a centre before it opens",
	},
	{"server/cmd/...", []string{"./...", "server/boot/..."}, "a program turns flags and environment into a call of boot"},
	{
		"server/scenario/bench/...",
		[]string{
			"server/scenario/bench/...", "server/api", "server/bus", "server/domain/...", "server/service/session",
			"server/service/watch", "server/store", "proto/gen/...",
		},
		"fills centres of thousands without thousands of sign-ins, and takes the way of an event out of the whole",
	},
	{"server/scenario/...", []string{"./...", "server/boot/..."}, "the whole system as boot makes it"},
	{"server/archtest", nil, "reads packages, uses none"},

	{"client/model", nil, "values that screens talk about, without behaviour"},
	{"client/l10n", []string{"assets"}, "catalogues are assets"},
	{
		"client/vm/...",
		[]string{"client/vm/...", "client/model", "client/l10n"},
		"view models know no toolkit, wire, phone or file, so that two shells and the tests can share them",
	},
	{"client/gateway/...", []string{"./...", "client/model", "proto/gen/..."}, "the only client package that knows the wire"},
	{"client/phone/codec", nil, "the server has the same codecs"},
	{"client/phone/...", []string{"client/phone/...", "client/model", "assets"}, "the softphone is an adapter"},
	{"client/local/...", []string{"./...", "client/model", "assets"}, "caches, journal and preferences are an adapter"},
	{
		"client/app/...",
		[]string{
			"./...", "client/gateway/...", "client/phone/...", "client/local/...", "client/vm/...",
			"client/model", "client/l10n", "client/onion", "assets",
		},
		"joins the adapters and the view models, without a toolkit",
	},
	{"client/fyneui/...", shell, "a shell shows state and passes intents on, nothing else"},
	{
		"client/gnomeui/...",
		[]string{"./...", "client/gnomeui/...", "client/vm/...", "client/model", "client/l10n", "assets"},
		"a shell shows state and passes intents on, nothing else",
	},
	{"client/cmd/parley", []string{"./...", "client/app", "client/fyneui/...", "assets"}, "a program is the application and one shell"},
	{"client/cmd/parley-gnome", []string{"./...", "client/app", "client/gnomeui/...", "assets"}, "a program is the application and one shell"},
}

// seam says where a foreign library may be imported.
type seam struct {
	library string
	in      []string
	reason  string
}

var seams = []seam{
	{"fyne.io/fyne/v2/...", []string{"client/fyneui/...", "client/cmd/parley"}, "a toolkit stays in its shell"},
	{"github.com/diamondburned/...", []string{"client/gnomeui/...", "client/cmd/parley-gnome"}, "a toolkit stays in its shell"},
	{"github.com/nats-io/...", []string{"server/bus/..."}, "NATS is the bus's affair"},
	{"modernc.org/sqlite/...", []string{"server/store/...", "client/local/..."}, "all SQL is in the store"},
	{"github.com/jackc/pgx/v5/...", []string{"server/store/..."}, "all SQL is in the store"},
	{"github.com/pressly/goose/v3/...", []string{"server/store/..."}, "all SQL is in the store"},
	{"database/sql/...", []string{"server/store/...", "client/local/..."}, "all SQL is in the store"},
	{
		"github.com/emiago/...",
		[]string{"server/voice/..."},
		"SIP stays behind the voice side's port",
	},
	{"github.com/gen2brain/malgo", []string{"client/phone/audio"}, "sound devices stay behind the phone's seam"},
	{"github.com/cretz/bine/...", []string{"server/onion", "client/onion"}, "one main author"},
	{"github.com/emersion/go-imap/...", []string{"server/channel/mail/..."}, "one main author"},
	{"connectrpc.com/...", []string{"proto/gen/...", "server/api/...", "server/boot/...", "server/cmd/parleyctl", "server/scenario/bench/...", "client/gateway/..."}, "the wire ends at the gates"},
}

// impure is what a rule may not know, because it would not be a rule any more.
var impure = []string{
	"context", "crypto/rand", "database/sql/...", "expvar", "log/...", "math/rand/...",
	"net", "net/http/...", "net/rpc/...", "net/smtp", "net/textproto", "os/...", "io/ioutil", "plugin",
	"runtime/...", "sync/...", "syscall/...", "testing/...", "unsafe",
}

// pure is what rules may use of others.
var pure = []string{"github.com/nyaruka/phonenumbers", "golang.org/x/text/..."}

// contexts are domain packages that may import context, with the reason.
var contexts = map[string]string{
	"server/domain/call": "the port to the voice side: OpenAgent and Close wait for the network",
}

// clocks are the functions of package time that a rule may not call.
var clocks = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTicker", "NewTimer"}

// The generous ends of the sizes to aim at.
const (
	maxFunction = 80
	maxFile     = 500
)
