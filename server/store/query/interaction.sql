-- name: Interaction :one
SELECT body FROM interaction WHERE id = $1;

-- name: OpenInteractions :many
SELECT body FROM interaction WHERE ended_at = 0 ORDER BY started_at, id;

-- name: InsertInteraction :execrows
INSERT INTO interaction (id, version, agent, account, started_at, ended_at, body)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (id) DO NOTHING;

-- name: UpdateInteraction :execrows
UPDATE interaction
SET version = $2, agent = $3, account = $4, started_at = $5, ended_at = $6, body = $7
WHERE id = $1 AND version = sqlc.arg(old_version);

-- name: InteractionWords :many
SELECT word FROM interaction_word WHERE interaction = $1;

-- name: InsertInteractionWords :exec
INSERT INTO interaction_word (interaction, word)
VALUES ($1, $2), ($1, $3), ($1, $4), ($1, $5), ($1, $6), ($1, $7), ($1, $8), ($1, $9)
ON CONFLICT (word, interaction) DO NOTHING;

-- name: DeleteInteractionWord :exec
DELETE FROM interaction_word WHERE interaction = $1 AND word = $2;
