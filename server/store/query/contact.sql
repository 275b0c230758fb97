-- name: Contact :one
SELECT body FROM contact WHERE id = $1;

-- name: InsertContact :execrows
INSERT INTO contact (id, version, state, agent, interaction, arrived_at, ended_at, body)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (id) DO NOTHING;

-- name: UpdateContact :execrows
UPDATE contact
SET version = $2, state = $3, agent = $4, interaction = $5, arrived_at = $6, ended_at = $7, body = $8
WHERE id = $1 AND version = sqlc.arg(old_version);

-- name: LiveContacts :many
SELECT body FROM contact WHERE ended_at = 0 ORDER BY arrived_at, id;

-- name: EndedContacts :many
SELECT body FROM contact
WHERE ended_at > 0 AND ended_at >= sqlc.arg(since) AND ended_at < sqlc.arg(before)
ORDER BY ended_at DESC, id DESC
LIMIT sqlc.arg(row_limit);

-- name: ContactsOfInteraction :many
SELECT body FROM contact WHERE interaction = $1 AND interaction <> '' ORDER BY arrived_at, id;

-- name: SomeContacts :many
SELECT body FROM contact WHERE id IN ($1, $2, $3, $4, $5, $6, $7, $8);
