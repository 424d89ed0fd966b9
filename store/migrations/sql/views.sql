-- The shop's own vocabulary: what a customer may call a category, a brand, a colour ... and the value it stands for.
CREATE VIEW catalogue_terms (kind, term, value) AS
SELECT 'category', lower(name), slug::text FROM categories
UNION SELECT 'brand', lower(brand), brand::text FROM products WHERE active AND brand IS NOT NULL
UNION SELECT 'colour', lower(colour), colour::text FROM variants WHERE colour IS NOT NULL
UNION SELECT 'colour', lower(attributes ->> 'colour'), attributes ->> 'colour' FROM products
      WHERE active AND attributes ? 'colour'
UNION SELECT 'size', lower(size), size::text FROM variants WHERE size IS NOT NULL
UNION SELECT 'storage', lower(storage), storage::text FROM variants WHERE storage IS NOT NULL
UNION SELECT 'attribute', replace(key, '_', ' '), key FROM products, jsonb_object_keys(attributes) AS key WHERE active;
