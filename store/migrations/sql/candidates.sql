-- How many of the products carry each of these trigrams, 0..1, as the planner's statistics have it.
CREATE FUNCTION trigram_frequencies(grams text[]) RETURNS TABLE (gram text, frequency real)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH known AS (
        SELECT most_common_elems::text::text[] AS elems, most_common_elem_freqs AS freqs
        FROM pg_stats
        WHERE schemaname = current_schema() AND tablename = 'products' AND attname = 'name_trigrams'
    ), common AS (
        SELECT elem, freq FROM known, unnest(elems, freqs[:cardinality(elems)]) AS pair (elem, freq)
    )
    SELECT asked, coalesce(common.freq, 0)
    FROM unnest(grams) AS asked LEFT JOIN common ON common.elem = asked;
END;

-- The products that a name in people's own words may mean, best first. `similarity` is the share of the query's
-- words (longer ones and numbers weigh more) that the product's brand and name cover, 0..1; equally well covered,
-- the shorter name comes first.
--
-- Only products that hold one of the query's rarest trigrams are looked at: as many trigrams as keep the expected
-- number of rows small. So the cost hardly grows with the catalogue.
CREATE FUNCTION product_candidates(query text, limit_ int)
RETURNS TABLE (product_id bigint, public_id text, name text, brand text, category text, similarity real)
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off
AS $$
DECLARE
    most_rows CONSTANT real := 1500;
    grams text[];
    weights real[];
    rare text[];
BEGIN
    SELECT array_agg(gram), array_agg(weight) INTO grams, weights FROM (
        SELECT unnest(word_trigrams(word)) AS gram, weight / cardinality(word_trigrams(word)) AS weight
        FROM (
            SELECT word, share::real / sum(share) OVER () AS weight FROM (
                SELECT DISTINCT word, least(length(word) + (word ~ '^[[:digit:]]')::int, 4) AS share
                FROM unnest((string_to_array(plain_words(left(query, 200)), ' '))[:12]) AS word
            ) AS words
        ) AS weighted
    ) AS parts;
    IF grams IS NULL THEN
        RETURN;
    END IF;

    SELECT array_agg(counted.gram) INTO rare FROM (
        SELECT f.gram, row_number() OVER rarest AS place,
               sum(f.frequency) OVER rarest * greatest((SELECT reltuples FROM pg_class WHERE oid = 'products'::regclass), 0)
                   AS expected_rows
        FROM trigram_frequencies(grams) AS f WINDOW rarest AS (ORDER BY f.frequency, f.gram)
    ) AS counted
    WHERE place <= 2 OR expected_rows <= most_rows;

    RETURN QUERY
    SELECT p.id, p.public_id::text, p.name::text, p.brand::text, c.slug::text, found.covered
    FROM (
        SELECT id,
               (SELECT sum(weight) FROM unnest(grams, weights) AS asked (gram, weight)
                WHERE asked.gram = ANY (products.name_trigrams))::real AS covered,
               cardinality(products.name_trigrams) AS size
        FROM products
        WHERE products.name_trigrams && rare AND products.active
    ) AS found
    JOIN products AS p ON p.id = found.id
    JOIN categories AS c ON c.id = p.category_id
    WHERE found.covered >= 0.3
    ORDER BY round(found.covered::numeric, 3) DESC, found.size, p.id
    LIMIT limit_;
END;
$$;
