{#- The last lines of a run that loads: how many rows it read and what became of them, of this run and of all that is
    held. It warns above a share of rejected rows, and fails where rows were rejected and none was accepted; but where no
    mart is built of them, as by make check, which looks at them. -#}
{% macro say_what_was_read(results) %}
    {#- As the project is read, so that dbt knows what macro judged_rows may ask. #}
    {% do [ref('base_telemetry__events'), ref('stg_catalogue__titles')] %}
    {% set held = held_relation('base_telemetry__events') if execute and flags.WHICH in ['run', 'build'] %}
    {% if not held or 'model.playhead.base_telemetry__events' not in selected_resources %}{{ return('') }}{% endif %}
    {% set now, all = {}, {} %}
    {% for outcome, loaded_count, held_count in run_query(
        "select outcome, sum(case when " ~ is_loaded_now() ~ " then 1 else 0 end) as loaded_count,"
        ~ " count(*) as held_count from (" ~ judged_rows() ~ ") as held"
        ~ " group by outcome order by held_count desc, outcome"
    ).rows %}
        {% if loaded_count %}{% do now.update({outcome: loaded_count | int}) %}{% endif %}
        {% do all.update({outcome: held_count | int}) %}
    {% endfor %}
    {{ log("This run " ~ outcomes_told(now) ~ several_events_told(results), info=true) }}
    {% if now != all %}{{ log("In all " ~ outcomes_told(all), info=true) }}{% endif %}
    {% if 'model.playhead.daily_intake' in selected_resources %}{{ return(judge_what_was_read(now)) }}{% endif %}
    {{ return('') }}
{% endmacro %}

{#- "read 1,000 rows: 990 accepted, 8 rejected (5 unparseable, 3 invalid_position), 2 ignored". -#}
{% macro outcomes_told(counts) %}
    {% set reasons = [] %}
    {% for outcome, count in counts.items() if outcome not in ['accepted', 'ignored'] %}
        {% do reasons.append("{:,} ".format(count) ~ outcome) %}
    {% endfor %}
    {{ return(
        "read {:,} rows: {:,} accepted, {:,} rejected".format(
            counts.values() | sum, counts.get('accepted', 0), rejected_count(counts)
        )
        ~ (" (" ~ reasons | join(", ") ~ ")" if reasons else "")
        ~ ", {:,} ignored".format(counts.get('ignored', 0))
    ) }}
{% endmacro %}

{% macro rejected_count(counts) %}
    {{ return((counts.values() | sum) - counts.get('accepted', 0) - counts.get('ignored', 0)) }}
{% endmacro %}

{#- What the data test has counted, where it ran. -#}
{% macro several_events_told(results) %}
    {% for result in results if result.node.name == 'event_ids_name_one_event' and result.failures is not none %}
        {{ return("; {:,} ids stand for several events".format(result.failures | int)) }}
    {% endfor %}
    {{ return("") }}
{% endmacro %}

{% macro judge_what_was_read(counts) %}
    {% set rejected, limit = rejected_count(counts), var('warn_above_rejected_percentage') %}
    {% set cure = "make check DATA=" ~ var('telemetry_path') ~ " says why, as do staging.stg_telemetry__rejected_events" %}
    {% if rejected and not counts.get('accepted') %}
        {{ return(failing_query(
            "none of the {:,} rows that this run read was accepted: ".format(counts.values() | sum) ~ cure
        )) }}
    {% elif rejected * 100 > limit * (counts.values() | sum) %}
        {% do exceptions.warn(
            "{:.1f} % of the rows that this run read were rejected, more than ".format(
                rejected * 100 / (counts.values() | sum)
            ) ~ limit ~ " % (var warn_above_rejected_percentage): " ~ cure
        ) %}
    {% endif %}
    {{ return('') }}
{% endmacro %}
