-- name: Agent :one
SELECT body FROM agent WHERE user_name = $1;

-- name: Agents :many
SELECT body FROM agent ORDER BY user_name;

-- name: InsertAgent :execrows
INSERT INTO agent (user_name, version, presence, body) VALUES ($1, $2, $3, $4)
ON CONFLICT (user_name) DO NOTHING;

-- name: UpdateAgent :execrows
UPDATE agent SET version = $2, presence = $3, body = $4
WHERE user_name = $1 AND version = sqlc.arg(old_version);
