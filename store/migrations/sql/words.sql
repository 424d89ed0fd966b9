-- Words as they are compared: lower case, no accents or punctuation, letters and digits apart, one blank between.
-- 'Galaxy Note20 5G (2020)' -> 'galaxy note 20 5 g 2020'
CREATE FUNCTION plain_words(value text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN btrim(regexp_replace(
    regexp_replace(
        lower(regexp_replace(normalize(value, NFKD), '[\u0300-\u036f''’`]', '', 'g') COLLATE "pg_c_utf8"),
        '(?<=[[:alpha:]])(?=[[:digit:]])|(?<=[[:digit:]])(?=[[:alpha:]])', ' ', 'g'),
    '[^[:alnum:]]+', ' ', 'g'));

-- The trigrams of one plain word, padded so that beginnings weigh more; a number is one gram, because 13 is not
-- nearly 12.
CREATE FUNCTION word_trigrams(word text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE
    WHEN word ~ '^[[:digit:]]' THEN ARRAY[word]
    ELSE ARRAY(SELECT DISTINCT substr('  ' || word || ' ', n, 3) FROM generate_series(1, length(word) + 1) AS n)
END;

CREATE FUNCTION trigrams(value text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN ARRAY(
    SELECT DISTINCT gram
    FROM unnest(string_to_array(plain_words(value), ' ')) AS word, unnest(word_trigrams(word)) AS gram
    ORDER BY gram
);

-- What the full-text search of products looks into: the name first, then brand and specifications, then the rest.
CREATE FUNCTION product_search(name text, brand text, description text, attributes jsonb) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN setweight(to_tsvector('english', plain_words(coalesce(name, ''))), 'A')
    || setweight(to_tsvector('english', plain_words(coalesce(brand, ''))), 'B')
    || setweight(to_tsvector('english', plain_words(coalesce(
           (SELECT string_agg(part #>> '{}', ' ') FROM jsonb_path_query(attributes, '$.**') AS part
            WHERE jsonb_typeof(part) IN ('string', 'number')), ''))), 'B')
    || setweight(to_tsvector('english', plain_words(coalesce(description, ''))), 'C');
