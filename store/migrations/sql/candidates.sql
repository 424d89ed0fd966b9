-- What a plain word asks of a product's trigrams. Exactly: all of the word's own. Else: all but a few neighbours,
-- which is what one slip of the finger (a letter too many, too few, wrong, or two swapped) or a missing end changes.
-- Numbers, and words of one letter or more than twenty, are never bent.
CREATE FUNCTION word_query(word text, exactly boolean) RETURNS tsquery
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    padded CONSTANT text := '  ' || word || ' ';
    size CONSTANT int := length(word) + 1;
    bent CONSTANT int := CASE WHEN size <= 4 THEN 1 WHEN size <= 6 THEN 3 ELSE 4 END;
    grams text[];
BEGIN
    IF word ~ '^[[:digit:]]' THEN
        RETURN quote_literal(word)::tsquery;
    END IF;
    grams := ARRAY(SELECT quote_literal(substr(padded, n, 3)) FROM generate_series(1, size) AS n);
    IF exactly OR size NOT BETWEEN 3 AND 21 THEN
        RETURN array_to_string(grams, '&')::tsquery;
    END IF;
    RETURN (
        SELECT string_agg('(' || array_to_string(grams[:n - 1] || grams[n + bent:], '&') || ')', '|')::tsquery
        FROM generate_series(CASE WHEN size <= 4 THEN size ELSE 1 END, size - bent + 1) AS n
    );
END;
$$;

-- The products that a name in people's own words may mean, best first. `similarity` is the share of the query that
-- the product's brand and name cover, 0..1: of its words (longer ones and numbers weigh more), and of their trigrams.
-- Equally well covered, the shorter name comes first.
--
-- Products that hold every word as it was written are all that is wanted. Else words that no product has may be bent,
-- and then words are left out, the lightest first, until there are enough to choose from. Every step is one look into
-- the index and takes at most `most_rows` rows, so that the time hardly grows with the catalogue.
CREATE FUNCTION product_candidates(query text, limit_ int)
RETURNS TABLE (product_id bigint, public_id text, name text, brand text, category text, similarity real)
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_custom_plan
SET enable_seqscan = off
AS $$
DECLARE
    most_words CONSTANT int := 6;
    most_steps CONSTANT int := 10;
    most_rows CONSTANT int := 400;
    enough CONSTANT int := least(limit_, 3);
    words text[];
    weights real[];
    asks tsquery[] := '{}';
    ask tsquery;
    unknown int := 0; -- a bit for each word that no product has, not even bent
    grams text[];
    gram_weights real[];
    found bigint[];
    scores real[];
    step record;
BEGIN
    SELECT array_agg(word), array_agg(share / total) INTO words, weights FROM (
        SELECT word, share, sum(share) OVER () AS total FROM (
            SELECT word, min(place) AS place, least(length(word) + (word ~ '^[[:digit:]]')::int, 4)::real AS share
            FROM unnest(string_to_array(plain_words(left(query, 200)), ' ')) WITH ORDINALITY AS asked (word, place)
            GROUP BY word ORDER BY share DESC, place LIMIT most_words
        ) AS shares
    ) AS kept;

    SELECT string_agg(word_query(word, true)::text, '&')::tsquery INTO ask FROM unnest(words) AS word;
    SELECT array_agg(id), array_agg(1::real) INTO found, scores FROM (
        SELECT id FROM products WHERE active AND name_trigrams @@ ask LIMIT most_rows
    ) AS hits;

    IF found IS NULL AND words IS NOT NULL THEN
        found := '{}';
        FOR n IN 1 .. cardinality(words) LOOP
            asks[n] := word_query(words[n], true);
            IF NOT EXISTS (SELECT FROM products WHERE active AND name_trigrams @@ asks[n]) THEN
                asks[n] := word_query(words[n], false);
                IF NOT EXISTS (SELECT FROM products WHERE active AND name_trigrams @@ asks[n]) THEN
                    asks[n] := NULL;
                    unknown := unknown | (1 << (n - 1));
                END IF;
            END IF;
        END LOOP;
        SELECT array_agg(gram), array_agg(weight / cardinality(trigrams(word))) INTO grams, gram_weights
        FROM unnest(words, weights) AS asked (word, weight), unnest(trigrams(word)) AS gram;

        FOR step IN
            SELECT string_agg('(' || asks[n]::text || ')', '&')::tsquery AS ask, sum(weights[n]) AS kept
            FROM generate_series(1, (1 << cardinality(words)) - 1) AS subset, generate_subscripts(words, 1) AS n
            WHERE subset & unknown = 0 AND subset & (1 << (n - 1)) <> 0
            GROUP BY subset HAVING sum(weights[n]) >= 0.2 ORDER BY kept DESC, subset LIMIT most_steps
        LOOP
            WITH hits AS (
                SELECT id, tsvector_to_array(name_trigrams) AS own FROM products
                WHERE active AND name_trigrams @@ step.ask AND id <> ALL (found) LIMIT most_rows
            ), scored AS (
                SELECT id, (SELECT sum(weight) FROM unnest(grams, gram_weights) AS asked (gram, weight)
                            WHERE gram = ANY (own))::real AS covered
                FROM hits
            )
            SELECT found || coalesce(array_agg(id), '{}'), scores || coalesce(array_agg(covered), '{}')
            INTO found, scores FROM scored;
            EXIT WHEN cardinality(found) >= enough OR (cardinality(found) > 0 AND step.kept > 0.99);
        END LOOP;
    END IF;

    RETURN QUERY
    SELECT p.id, p.public_id::text, p.name::text, p.brand::text, c.slug::text, hit.covered
    FROM unnest(found, scores) AS hit (id, covered)
    JOIN products AS p ON p.id = hit.id
    JOIN categories AS c ON c.id = p.category_id
    ORDER BY round(hit.covered::numeric, 3) DESC, length(p.name_trigrams), p.id
    LIMIT limit_;
END;
$$;
