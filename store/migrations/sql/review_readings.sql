-- What was read stands for a review as it was: a review that changes is read again, and so is a product's that moves.
CREATE FUNCTION forget_reading() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM review_readings WHERE review_id = NEW.id;
    RETURN NULL;
END $$;

CREATE TRIGGER reviews_change AFTER UPDATE ON reviews FOR EACH ROW
    WHEN ((OLD.product_id, OLD.customer_id, OLD.rating, OLD.title, OLD.body, OLD.written_at) IS DISTINCT FROM
        (NEW.product_id, NEW.customer_id, NEW.rating, NEW.title, NEW.body, NEW.written_at))
    EXECUTE FUNCTION forget_reading();

CREATE FUNCTION forget_readings_of_product() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM review_readings WHERE product_id = NEW.id;
    RETURN NULL;
END $$;

CREATE TRIGGER products_move AFTER UPDATE OF category_id ON products FOR EACH ROW
    WHEN (OLD.category_id IS DISTINCT FROM NEW.category_id)
    EXECUTE FUNCTION forget_readings_of_product();

-- Counts follow the rows in the same transaction, whoever writes or deletes them. `sign` is 1 for rows that came, -1
-- for rows that went. Keys are written in order, so that two writers never wait for each other.
CREATE FUNCTION count_readings() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sign int := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
    INSERT INTO review_days AS d (category_id, day, aspect, mentions, positive, negative, positive_weight,
        negative_weight, doubtful, rated, stars)
    SELECT category_id, written_on, '', sign * count(*), sign * count(*) FILTER (WHERE sentiment = 'positive'),
        sign * count(*) FILTER (WHERE sentiment = 'negative'),
        sign * coalesce(sum(weight) FILTER (WHERE sentiment = 'positive'), 0),
        sign * coalesce(sum(weight) FILTER (WHERE sentiment = 'negative'), 0),
        sign * count(*) FILTER (WHERE weight < 100), sign * count(rating), sign * coalesce(sum(rating), 0)
    FROM changed GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (category_id, day, aspect) DO UPDATE SET
        mentions = d.mentions + excluded.mentions, positive = d.positive + excluded.positive,
        negative = d.negative + excluded.negative, positive_weight = d.positive_weight + excluded.positive_weight,
        negative_weight = d.negative_weight + excluded.negative_weight, doubtful = d.doubtful + excluded.doubtful,
        rated = d.rated + excluded.rated, stars = d.stars + excluded.stars;
    INSERT INTO review_totals AS t (product_id, category_id, reviews, positive_weight, negative_weight, rated, stars)
    SELECT product_id, min(category_id), sign * count(*),
        sign * coalesce(sum(weight) FILTER (WHERE sentiment = 'positive'), 0),
        sign * coalesce(sum(weight) FILTER (WHERE sentiment = 'negative'), 0),
        sign * count(rating), sign * coalesce(sum(rating), 0)
    FROM changed WHERE EXISTS (SELECT FROM products AS p WHERE p.id = product_id)
    GROUP BY 1 ORDER BY 1
    ON CONFLICT (product_id) DO UPDATE SET
        category_id = excluded.category_id, reviews = t.reviews + excluded.reviews,
        positive_weight = t.positive_weight + excluded.positive_weight,
        negative_weight = t.negative_weight + excluded.negative_weight,
        rated = t.rated + excluded.rated, stars = t.stars + excluded.stars;
    RETURN NULL;
END $$;

CREATE FUNCTION count_aspects() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sign int := CASE TG_OP WHEN 'INSERT' THEN 1 ELSE -1 END;
BEGIN
    INSERT INTO review_days AS d (category_id, day, aspect, mentions, positive, negative, positive_weight,
        negative_weight, doubtful, rated, stars)
    SELECT category_id, written_on, aspect, sign * count(*), sign * count(*) FILTER (WHERE positive),
        sign * count(*) FILTER (WHERE NOT positive), sign * coalesce(sum(weight) FILTER (WHERE positive), 0),
        sign * coalesce(sum(weight) FILTER (WHERE NOT positive), 0), 0, 0, 0
    FROM changed GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (category_id, day, aspect) DO UPDATE SET
        mentions = d.mentions + excluded.mentions, positive = d.positive + excluded.positive,
        negative = d.negative + excluded.negative, positive_weight = d.positive_weight + excluded.positive_weight,
        negative_weight = d.negative_weight + excluded.negative_weight;
    RETURN NULL;
END $$;

CREATE TRIGGER readings_came AFTER INSERT ON review_readings REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_readings();
CREATE TRIGGER readings_went AFTER DELETE ON review_readings REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_readings();
CREATE TRIGGER aspects_came AFTER INSERT ON review_aspects REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_aspects();
CREATE TRIGGER aspects_went AFTER DELETE ON review_aspects REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION count_aspects();

-- A weight that changes is a row that goes and a row that comes.
CREATE FUNCTION weigh_anew() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE review_days AS d SET
        positive_weight = d.positive_weight + c.positive, negative_weight = d.negative_weight + c.negative,
        doubtful = d.doubtful + c.doubtful
    FROM (
        SELECT n.category_id, n.written_on,
            coalesce(sum(n.weight - o.weight) FILTER (WHERE n.sentiment = 'positive'), 0) AS positive,
            coalesce(sum(n.weight - o.weight) FILTER (WHERE n.sentiment = 'negative'), 0) AS negative,
            count(*) FILTER (WHERE n.weight < 100) - count(*) FILTER (WHERE o.weight < 100) AS doubtful
        FROM now_rows AS n JOIN was_rows AS o USING (review_id) GROUP BY 1, 2
    ) AS c
    WHERE d.category_id = c.category_id AND d.day = c.written_on AND d.aspect = '';
    UPDATE review_totals AS t SET
        positive_weight = t.positive_weight + c.positive, negative_weight = t.negative_weight + c.negative
    FROM (
        SELECT n.product_id,
            coalesce(sum(n.weight - o.weight) FILTER (WHERE n.sentiment = 'positive'), 0) AS positive,
            coalesce(sum(n.weight - o.weight) FILTER (WHERE n.sentiment = 'negative'), 0) AS negative
        FROM now_rows AS n JOIN was_rows AS o USING (review_id) GROUP BY 1
    ) AS c
    WHERE t.product_id = c.product_id;
    RETURN NULL;
END $$;

CREATE FUNCTION weigh_aspects_anew() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE review_days AS d SET
        positive_weight = d.positive_weight + c.positive, negative_weight = d.negative_weight + c.negative
    FROM (
        SELECT n.category_id, n.written_on, n.aspect,
            coalesce(sum(n.weight - o.weight) FILTER (WHERE n.positive), 0) AS positive,
            coalesce(sum(n.weight - o.weight) FILTER (WHERE NOT n.positive), 0) AS negative
        FROM now_rows AS n JOIN was_rows AS o USING (review_id, aspect, positive) GROUP BY 1, 2, 3
    ) AS c
    WHERE d.category_id = c.category_id AND d.day = c.written_on AND d.aspect = c.aspect;
    RETURN NULL;
END $$;

CREATE TRIGGER readings_weighed AFTER UPDATE ON review_readings
    REFERENCING NEW TABLE AS now_rows OLD TABLE AS was_rows FOR EACH STATEMENT EXECUTE FUNCTION weigh_anew();
CREATE TRIGGER aspects_weighed AFTER UPDATE ON review_aspects
    REFERENCING NEW TABLE AS now_rows OLD TABLE AS was_rows FOR EACH STATEMENT EXECUTE FUNCTION weigh_aspects_anew();
