-- The products that a search in words means, the higher the score the better: products whose texts, category and
-- colours together hold every word (stemmed, so that "shoes" finds a shoe), and names that are nearly the words; when
-- no text holds them all, names that are half the words will do.
CREATE FUNCTION product_hits(query text) RETURNS TABLE (product_id bigint, score real)
LANGUAGE sql STABLE
BEGIN ATOMIC
    WITH asked AS MATERIALIZED (
        SELECT every_word, replace(every_word::text, ' & ', ' | ')::tsquery AS any_word
        FROM plainto_tsquery('english', plain_words(left(query, 200))) AS every_word
    ), kinds AS MATERIALIZED (
        SELECT c.id, to_tsvector('english', plain_words(concat_ws(' ', c.name, parent.name))) AS words
        FROM categories AS c LEFT JOIN categories AS parent ON parent.id = c.parent_id
    ), near AS (
        SELECT p.id, asked.every_word, p.search || setweight(kinds.words, 'B') || setweight(to_tsvector('english',
                   coalesce((SELECT string_agg(DISTINCT v.colour, ' ') FROM variants AS v
                             WHERE v.product_id = p.id), '')), 'B') AS words
        FROM asked, products AS p JOIN kinds ON kinds.id = p.category_id
        WHERE p.active AND (p.search @@ (SELECT any_word FROM asked) OR p.category_id = ANY (ARRAY(
            SELECT kinds.id FROM kinds, asked WHERE kinds.words @@ asked.any_word)))
    ), texts AS MATERIALIZED (
        SELECT id, ts_rank(words, every_word) AS score FROM near WHERE words @@ every_word
    )
    SELECT found.id, sum(found.score)::real FROM (
        SELECT id, score FROM texts
        UNION ALL
        SELECT named.product_id, 1 + named.similarity FROM product_candidates(query, 100) AS named
        WHERE named.similarity >= CASE WHEN EXISTS (SELECT FROM texts) THEN 0.75 ELSE 0.5 END
    ) AS found
    GROUP BY found.id;
END;
