-- Newest first. One query for each way in, so that each has its index; the
-- other filters are left over. An empty account or agent filters nothing.

-- name: History :many
SELECT body FROM interaction
WHERE started_at >= sqlc.arg(from_at) AND started_at <= sqlc.arg(to_at)
    AND (started_at < sqlc.arg(to_at) OR id < sqlc.arg(to_id))
    AND ended_at BETWEEN sqlc.arg(least_end) AND sqlc.arg(greatest_end)
ORDER BY started_at DESC, id DESC
LIMIT sqlc.arg(row_limit);

-- name: HistoryOfAccount :many
SELECT body FROM interaction
WHERE account = sqlc.arg(account)
    AND started_at >= sqlc.arg(from_at) AND started_at <= sqlc.arg(to_at)
    AND (started_at < sqlc.arg(to_at) OR id < sqlc.arg(to_id))
    AND ended_at BETWEEN sqlc.arg(least_end) AND sqlc.arg(greatest_end)
    AND (CAST(sqlc.arg(agent) AS TEXT) = '' OR agent = sqlc.arg(agent))
ORDER BY started_at DESC, id DESC
LIMIT sqlc.arg(row_limit);

-- name: HistoryOfAgent :many
SELECT body FROM interaction
WHERE agent = sqlc.arg(agent)
    AND started_at >= sqlc.arg(from_at) AND started_at <= sqlc.arg(to_at)
    AND (started_at < sqlc.arg(to_at) OR id < sqlc.arg(to_id))
    AND ended_at BETWEEN sqlc.arg(least_end) AND sqlc.arg(greatest_end)
ORDER BY started_at DESC, id DESC
LIMIT sqlc.arg(row_limit);

-- name: HistoryOfWords :many
SELECT body FROM interaction
WHERE id IN (SELECT w.interaction FROM interaction_word w WHERE w.word >= sqlc.arg(low1) AND w.word < sqlc.arg(high1))
    AND EXISTS (SELECT 1 FROM interaction_word w2 WHERE w2.interaction = interaction.id AND w2.word >= sqlc.arg(low2) AND w2.word < sqlc.arg(high2))
    AND EXISTS (SELECT 1 FROM interaction_word w3 WHERE w3.interaction = interaction.id AND w3.word >= sqlc.arg(low3) AND w3.word < sqlc.arg(high3))
    AND EXISTS (SELECT 1 FROM interaction_word w4 WHERE w4.interaction = interaction.id AND w4.word >= sqlc.arg(low4) AND w4.word < sqlc.arg(high4))
    AND started_at >= sqlc.arg(from_at) AND started_at <= sqlc.arg(to_at)
    AND (started_at < sqlc.arg(to_at) OR id < sqlc.arg(to_id))
    AND ended_at BETWEEN sqlc.arg(least_end) AND sqlc.arg(greatest_end)
    AND (CAST(sqlc.arg(account) AS TEXT) = '' OR account = sqlc.arg(account))
    AND (CAST(sqlc.arg(agent) AS TEXT) = '' OR agent = sqlc.arg(agent))
ORDER BY started_at DESC, id DESC
LIMIT sqlc.arg(row_limit);
