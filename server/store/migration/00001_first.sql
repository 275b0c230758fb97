-- One text for SQLite and PostgreSQL: TEXT, BIGINT, BOOLEAN and BYTEA only.
-- Times are Unix microseconds, 0 for none. An entity is its body (JSON); the
-- other columns are what is searched or constrained. Words are BYTEA, because
-- bytes have one order in both engines and texts have not.

-- +goose Up
CREATE TABLE contact (
    id          TEXT PRIMARY KEY,
    version     BIGINT NOT NULL,
    state       TEXT NOT NULL,
    agent       TEXT NOT NULL,
    interaction TEXT NOT NULL,
    arrived_at  BIGINT NOT NULL,
    ended_at    BIGINT NOT NULL,
    body        TEXT NOT NULL
);
CREATE UNIQUE INDEX contact_offered ON contact (agent) WHERE state = 'offered';
CREATE INDEX contact_live ON contact (arrived_at, id) WHERE ended_at = 0;
CREATE INDEX contact_ended ON contact (ended_at, id) WHERE ended_at > 0;
CREATE INDEX contact_interaction ON contact (interaction) WHERE interaction <> '';

CREATE TABLE agent (
    user_name TEXT PRIMARY KEY,
    version   BIGINT NOT NULL,
    presence  TEXT NOT NULL,
    body      TEXT NOT NULL
);

CREATE TABLE queue (
    id      TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    name    TEXT NOT NULL,
    body    TEXT NOT NULL
);

CREATE TABLE interaction (
    id         TEXT PRIMARY KEY,
    version    BIGINT NOT NULL,
    agent      TEXT NOT NULL,
    account    TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at   BIGINT NOT NULL,
    body       TEXT NOT NULL
);
CREATE INDEX interaction_started ON interaction (started_at, id);
CREATE INDEX interaction_account ON interaction (account, started_at, id);
CREATE INDEX interaction_agent ON interaction (agent, started_at, id);
CREATE INDEX interaction_open ON interaction (started_at, id) WHERE ended_at = 0;

CREATE TABLE interaction_word (
    word        BYTEA NOT NULL,
    interaction TEXT NOT NULL REFERENCES interaction (id) ON DELETE CASCADE,
    PRIMARY KEY (word, interaction)
);
CREATE INDEX interaction_word_of ON interaction_word (interaction, word);

CREATE TABLE account (
    id      TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    name    TEXT NOT NULL,
    body    TEXT NOT NULL
);

CREATE TABLE account_number (
    e164    TEXT NOT NULL,
    account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    PRIMARY KEY (e164, account)
);
CREATE INDEX account_number_of ON account_number (account);

CREATE TABLE account_word (
    word    BYTEA NOT NULL,
    account TEXT NOT NULL REFERENCES account (id) ON DELETE CASCADE,
    PRIMARY KEY (word, account)
);
CREATE INDEX account_word_of ON account_word (account, word);

CREATE TABLE users (
    name          TEXT PRIMARY KEY,
    version       BIGINT NOT NULL,
    password_hash TEXT NOT NULL,
    body          TEXT NOT NULL
);

CREATE TABLE session (
    token_hash TEXT PRIMARY KEY,
    user_name  TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    body       TEXT NOT NULL
);
CREATE INDEX session_of_user ON session (user_name);
CREATE INDEX session_expiry ON session (expires_at);

CREATE TABLE setting (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE lease (
    name       TEXT PRIMARY KEY,
    holder     TEXT NOT NULL,
    epoch      BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    fenced     BIGINT NOT NULL
);

CREATE TABLE node (
    id         TEXT PRIMARY KEY,
    started_at BIGINT NOT NULL,
    seen_at    BIGINT NOT NULL,
    calls      BIGINT NOT NULL
);

CREATE TABLE command (
    actor TEXT NOT NULL,
    id    TEXT NOT NULL,
    at    BIGINT NOT NULL,
    PRIMARY KEY (actor, id)
);
CREATE INDEX command_at ON command (at);

CREATE TABLE event (
    sequence  BIGINT PRIMARY KEY,
    kind      TEXT NOT NULL,
    entity    TEXT NOT NULL,
    version   BIGINT NOT NULL,
    name      TEXT NOT NULL,
    at        BIGINT NOT NULL,
    actor     TEXT NOT NULL,
    state     TEXT NOT NULL,
    published BOOLEAN NOT NULL
);
CREATE INDEX event_unpublished ON event (sequence) WHERE NOT published;

-- One row: the last sequence. Its row lock, taken last in a transaction, makes
-- the order of sequences the order of commits on PostgreSQL.
CREATE TABLE event_sequence (
    id    BIGINT PRIMARY KEY,
    value BIGINT NOT NULL
);
INSERT INTO event_sequence (id, value) VALUES (1, 0);

-- +goose Down
DROP TABLE event_sequence;
DROP TABLE event;
DROP TABLE command;
DROP TABLE node;
DROP TABLE lease;
DROP TABLE setting;
DROP TABLE session;
DROP TABLE users;
DROP TABLE account_word;
DROP TABLE account_number;
DROP TABLE account;
DROP TABLE interaction_word;
DROP TABLE interaction;
DROP TABLE queue;
DROP TABLE agent;
DROP TABLE contact;
