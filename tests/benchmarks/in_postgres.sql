-- The scheme "parcel" for 2023 as one would write it by hand inside PostgreSQL: from the store's tables into tables
-- of results, in doubles. It knows nothing of what the synthetic park has not: manual shares, meters, direct figures.

CREATE TEMPORARY TABLE held ON COMMIT DROP AS
SELECT parcel_code, uscc, weight, days, weight / nullif(sum(weight) OVER enterprise, 0) AS share,
    row_number() OVER (PARTITION BY uscc ORDER BY weight DESC, parcel_code) = 1 AS takes_rest
FROM (
    SELECT parcel_code, uscc, days, floor_area_m2 * days AS weight
    FROM (
        SELECT parcel_code, uscc, floor_area_m2,
            least(coalesce(valid_to, period.last), period.last)
                - greatest(coalesce(valid_from, period.first), period.first) + 1 AS days
        FROM occupancy, (SELECT DATE '2023-01-01' AS first, DATE '2023-12-31' AS last) AS period
    ) AS within WHERE days > 0
) AS weighed
WINDOW enterprise AS (PARTITION BY uscc);

ANALYZE held;

CREATE TEMPORARY TABLE reported ON COMMIT DROP AS
SELECT subject_code AS uscc,
    max(value) FILTER (WHERE metric = 'tax') AS tax,
    max(value) FILTER (WHERE metric = 'output') AS output,
    max(value) FILTER (WHERE metric = 'energy_equal_supply') AS energy
FROM figure
WHERE subject_kind = 'enterprise' AND period = '2023' AND superseded_by IS NULL
GROUP BY subject_code;

ANALYZE reported;

CREATE TABLE peer_holding AS
SELECT parcel_code, uscc, weight, days, share,
    CASE WHEN takes_rest THEN tax - sum(tax_part) OVER enterprise + tax_part ELSE tax_part END AS tax,
    CASE WHEN takes_rest THEN output - sum(output_part) OVER enterprise + output_part ELSE output_part END AS output,
    CASE WHEN takes_rest THEN energy - sum(energy_part) OVER enterprise + energy_part ELSE energy_part END AS energy
FROM (
    SELECT held.*, tax, output, energy,
        floor(tax * share)::bigint AS tax_part,
        floor(output * share)::bigint AS output_part,
        floor(energy * share)::bigint AS energy_part
    FROM held LEFT JOIN reported USING (uscc)
) AS parts
WINDOW enterprise AS (PARTITION BY uscc);

ANALYZE peer_holding;

CREATE TABLE peer_reconciliation AS
SELECT uscc, reported.tax, reported.output, reported.energy,
    sum(holding.tax) AS tax_allocated, sum(holding.output) AS output_allocated, sum(holding.energy) AS energy_allocated
FROM reported LEFT JOIN peer_holding AS holding USING (uscc)
GROUP BY uscc, reported.tax, reported.output, reported.energy;

CREATE TEMPORARY TABLE occupied ON COMMIT DROP AS
SELECT parcel_code, count(*) AS occupants, count(enterprise.uscc) AS registered,
    count(holding.tax) AS tax_have, count(holding.output) AS output_have, count(holding.energy) AS energy_have,
    sum(holding.tax) AS tax, sum(holding.output) AS output, sum(holding.energy) AS energy,
    bool_or(enterprise.above_scale) AS above_scale, bool_or(days < 365) AS partial,
    count(*) FILTER (WHERE (holding.output IS NULL) <> (holding.energy IS NULL)) AS unpaired,
    (array_agg(left(industry, 2) ORDER BY weight DESC, holding.uscc))[1] AS division
FROM peer_holding AS holding LEFT JOIN enterprise USING (uscc)
GROUP BY parcel_code;

ANALYZE occupied;

CREATE TEMPORARY TABLE described ON COMMIT DROP AS
SELECT parcel.code, parcel.district, parcel.town, parcel.name, parcel.land_use, parcel.geom,
    registered_area_m2 AS land_area_m2, registered_area_m2 * 15 / 10000 AS mu,
    floor_area_m2, footprint_area_m2, far_limit, coalesce(parcel.far, floor_area_m2 / registered_area_m2) AS far,
    division, above_scale, coalesce(partial, false) AS partial_occupancy,
    CASE WHEN division < '25' THEN 'consumer_goods' WHEN division < '33' THEN 'materials'
        WHEN division < '38' THEN 'machinery' WHEN division < '41' THEN 'electronics' ELSE 'others' END AS industry_group,
    tax_wan_yuan_per_mu AS promised_tax, output_wan_yuan_per_mu AS promised_output,
    coalesce((building OR granted_recently) AND NOT (building AND overdue), false) AS outside,
    unpaired > 0 AS unpaired, tax / 1e6::float8 AS tax, output / 1e6::float8 AS output,
    nullif(energy, 0) / 1e3::float8 AS energy,
    concat_ws(',',
        CASE WHEN occupants IS NULL OR partial THEN 'occupancy' END,
        CASE WHEN coalesce(registered, 0) < coalesce(occupants, 1) THEN 'enterprise' END,
        CASE WHEN coalesce(tax_have, 0) < coalesce(occupants, 1) THEN 'tax' END,
        CASE WHEN coalesce(output_have, 0) < coalesce(occupants, 1) THEN 'output' END,
        CASE WHEN coalesce(energy_have, 0) < coalesce(occupants, 1) THEN 'energy_equal_supply' END
    ) AS missing_feeds
FROM parcel
LEFT JOIN occupied ON occupied.parcel_code = parcel.code
LEFT JOIN (
    SELECT *, signed_on <= DATE '2023-12-31' AND coalesce(completed_on > DATE '2023-12-31', complete_by IS NOT NULL)
            AS building,
        2023 - extract(year FROM signed_on) < 3 AS granted_recently, coalesce(complete_by <= DATE '2023-12-31', false)
            AS overdue
    FROM grant_contract
) AS contract ON contract.parcel_code = parcel.code
WHERE parcel.district = '330299';

CREATE TEMPORARY TABLE valued ON COMMIT DROP AS
SELECT described.*,
    CASE WHEN NOT outside THEN tax / mu END AS tax_per_mu,
    CASE WHEN NOT outside THEN output / mu END AS output_per_mu,
    CASE WHEN NOT outside AND NOT unpaired THEN output / energy END AS output_per_tce,
    CASE WHEN NOT outside THEN energy / mu END AS energy_per_mu,
    CASE WHEN NOT outside AND tax IS NOT NULL THEN floor_area_m2 / land_area_m2 END AS floor_area_ratio,
    CASE WHEN NOT outside AND tax IS NOT NULL THEN footprint_area_m2 / land_area_m2 END AS building_coverage_ratio
FROM described;

ANALYZE valued;

CREATE TEMPORARY TABLE benchmark ON COMMIT DROP AS
SELECT industry_group, division, grouping(industry_group, division) AS level,
    avg(tax_per_mu) AS tax_per_mu, avg(output_per_mu) AS output_per_mu,
    sum(energy) FILTER (WHERE energy_per_mu IS NOT NULL) / sum(mu) FILTER (WHERE energy_per_mu IS NOT NULL)
        AS energy_per_mu,
    count(output_per_tce) AS output_per_tce_size,
    sum(output) FILTER (WHERE output_per_tce IS NOT NULL) / sum(energy) FILTER (WHERE output_per_tce IS NOT NULL)
        AS output_per_tce,
    count(floor_area_ratio) AS floor_area_ratio_size,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY floor_area_ratio) AS floor_area_ratio
FROM valued
GROUP BY GROUPING SETS ((), (industry_group), (industry_group, division));

CREATE TABLE peer_score AS
WITH measured AS (
    SELECT valued.*,
        whole.tax_per_mu AS tax_per_mu_benchmark, whole.output_per_mu AS output_per_mu_benchmark,
        whole.energy_per_mu AS energy_per_mu_benchmark,
        CASE WHEN narrow.output_per_tce_size >= 5 THEN narrow.output_per_tce
            WHEN wide.output_per_tce_size >= 5 THEN wide.output_per_tce ELSE whole.output_per_tce
        END AS output_per_tce_benchmark,
        CASE WHEN narrow.floor_area_ratio_size >= 5 THEN narrow.floor_area_ratio
            WHEN wide.floor_area_ratio_size >= 5 THEN wide.floor_area_ratio ELSE whole.floor_area_ratio
        END AS floor_area_ratio_benchmark
    FROM valued
    JOIN benchmark AS whole ON whole.level = 3
    LEFT JOIN benchmark AS wide ON wide.level = 1 AND wide.industry_group = valued.industry_group
    LEFT JOIN benchmark AS narrow ON narrow.level = 0 AND narrow.industry_group = valued.industry_group
        AND narrow.division = valued.division
), item AS (
    SELECT measured.*,
        greatest(0, least(1.5, tax_per_mu / tax_per_mu_benchmark)) * 30 AS tax_per_mu_points,
        greatest(0, least(1.5, output_per_mu / output_per_mu_benchmark)) * 20 AS output_per_mu_points,
        CASE WHEN output_per_tce IS NOT NULL
            THEN greatest(0, least(1.5, output_per_tce / output_per_tce_benchmark)) * 20 END AS output_per_tce_points,
        CASE WHEN promised_tax IS NOT NULL AND tax_per_mu IS NOT NULL
            THEN greatest(0, least(1.2, tax_per_mu / promised_tax)) * 12 END AS tax_promised_points,
        CASE WHEN promised_output IS NOT NULL AND output_per_mu IS NOT NULL
            THEN greatest(0, least(1.2, output_per_mu / promised_output)) * 8 END AS output_promised_points,
        CASE WHEN floor_area_ratio IS NOT NULL
            THEN greatest(0, least(1, floor_area_ratio / floor_area_ratio_benchmark)) * 6
        END AS floor_area_ratio_points,
        CASE WHEN building_coverage_ratio IS NOT NULL
            THEN greatest(0, least(1, building_coverage_ratio / 0.3)) * 4 END AS building_coverage_ratio_points
    FROM measured
), scored AS (
    SELECT item.*, CASE WHEN tax_per_mu IS NOT NULL AND output_per_mu IS NOT NULL THEN (
            tax_per_mu_points + output_per_mu_points + coalesce(output_per_tce_points, 0)
                + coalesce(tax_promised_points, 0) + coalesce(output_promised_points, 0)
                + coalesce(floor_area_ratio_points, 0) + coalesce(building_coverage_ratio_points, 0)
        ) * 100 / (
            100 - CASE WHEN output_per_tce_points IS NULL THEN 20 ELSE 0 END
                - CASE WHEN tax_promised_points IS NULL THEN 12 ELSE 0 END
                - CASE WHEN output_promised_points IS NULL THEN 8 ELSE 0 END
                - CASE WHEN floor_area_ratio_points IS NULL THEN 6 ELSE 0 END
                - CASE WHEN building_coverage_ratio_points IS NULL THEN 4 ELSE 0 END
        ) END AS points
    FROM item
), ranked AS (
    SELECT scored.*,
        CASE WHEN points IS NOT NULL THEN rank() OVER (ORDER BY points DESC NULLS LAST) END AS rank,
        count(points) OVER () AS ranked
    FROM scored
), graded AS (
    SELECT ranked.*, CASE WHEN points IS NULL THEN NULL WHEN rank <= 0.2 * ranked THEN 'A'
        WHEN rank <= 0.6 * ranked THEN 'B' WHEN rank <= 0.95 * ranked THEN 'C' ELSE 'D' END AS grade
    FROM ranked
), judged AS (
    SELECT graded.*, grade = 'D' AS worst, grade IN ('A', 'B') AND far < far_limit AS far_uplift,
        far < CASE
            WHEN division IN ('13', '14', '15', '16', '18', '19', '24', '39', '40', '41') THEN 1.0
            WHEN division IN ('17', '20', '21', '22', '23', '28', '29') THEN 0.8
            WHEN division IN ('27', '30', '33', '34', '35', '36', '37', '38', '42') THEN 0.7
            WHEN division IN ('26', '31', '32') THEN 0.6
            WHEN division = '25' THEN 0.5 END AS thin
    FROM graded
)
SELECT judged.*, coalesce(worst, false) OR coalesce(thin, false) AS low_efficiency,
    concat_ws(',', CASE WHEN worst THEN 'grade_d' END, CASE WHEN thin THEN 'far_below_norm' END)
        AS low_efficiency_reasons,
    CASE WHEN far_uplift THEN (far_limit - far) * land_area_m2 END AS additional_floor_area_m2
FROM judged;

CREATE INDEX ON peer_score (code);

CREATE INDEX ON peer_score USING gist (geom);

CREATE INDEX ON peer_holding (parcel_code);
