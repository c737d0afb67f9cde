{#- Stops a run, before any model, that would mix rows of two rules, or build a model from a part of what it is
    built from. -#}
{% macro check_build() %}
    {% if execute and flags.WHICH in ['run', 'build'] %}
        {{ check_fingerprint() }}
        {{ check_selection() }}
    {% endif %}
{% endmacro %}

{#- Where the build file's rows were made by something else, only a run that makes all of them anew goes on: then,
    as where a kept table is gone, nothing is settled until a run has ended. -#}
{% macro check_fingerprint() %}
    {% set held = [] %}
    {% for model in kept_models() if held_relation(graph.nodes[model].name) %}
        {% do held.append(model) %}
    {% endfor %}
    {% set changes, is_of_lake = changes_since(held_fingerprint()) if held else ([], false) %}
    {% set remakes = flags.FULL_REFRESH and 'model.playhead.base_telemetry__events' in selected_resources %}
    {% if changes and not (remakes and (var('load_lake_anew') or not is_of_lake)) %}
        {{ stop(
            changes | join("; ") | replace("\n", " ") ~ ": run dbt build --full-refresh"
            ~ (" --vars 'load_lake_anew: true'" if is_of_lake else "")
        ) }}
    {% endif %}
    {% set settled = held_relation('int_settled') %}
    {% if settled and (remakes or held | length < kept_models() | length) %}
        {% do adapter.drop_relation(settled) %}
    {% endif %}
    {% if remakes and var('load_lake_anew') %}{{ drop_left_over() }}{% endif %}
    {% if remakes or not held %}{{ write_fingerprint() }}{% endif %}
{% endmacro %}

{#- What differs from a fingerprint that is held, in words; and whether the lake must be read for it. -#}
{% macro changes_since(held) %}
    {% if held is none %}{{ return((["the build file is of an older release"], true)) }}{% endif %}
    {% set now, changes, models, of_lake = fingerprint(), [], [], [] %}
    {% set stored = with_inputs(['model.playhead.base_telemetry__events']) %}
    {% for name in dict(held, **now) | sort if held.get(name) != now.get(name) %}
        {% set model = name.removeprefix('model ') %}
        {% if model == name %}
            {% do changes.append(
                name ~ " was " ~ held.get(name, "not set") ~ ", now " ~ now.get(name, "not set")
            ) %}
        {% else %}
            {% do models.append(model) %}
        {% endif %}
        {% if name.startswith(('telemetry_', 'event_type_')) or 'model.playhead.' ~ model in stored %}
            {% do of_lake.append(name) %}
        {% endif %}
    {% endfor %}
    {% if models %}
        {% set others = " and " ~ (models | length - 1) ~ " other(s)" if models | length > 1 else "" %}
        {% do changes.append("the SQL of model " ~ models[0] ~ others ~ " was another") %}
    {% endif %}
    {{ return((changes, of_lake | length > 0)) }}
{% endmacro %}

{#- What a selected model reads and this run does not build must be there. And a kept model is built with all that is
    narrowed to what one run derives: lists and views of another run are of other rows than those it replaces. -#}
{% macro check_selection() %}
    {% for model in selected_resources if model.startswith('model.') %}
        {% set node = graph.nodes[model] %}
        {% for input in read_by(model) if input not in selected_resources %}
            {% set is_part = node.config.materialized == 'incremental' and holds_a_part(input) %}
            {% if is_part or not is_built(input) %}
                {{ stop(
                    node.name ~ (" cannot be built without " if is_part else " is built from ")
                    ~ graph.nodes[input].name ~ ("" if is_part else ", which is not there")
                    ~ ": run dbt build " ~ ("--full-refresh " if flags.FULL_REFRESH else "")
                    ~ "--select +" ~ node.name
                ) }}
            {% endif %}
        {% endfor %}
    {% endfor %}
{% endmacro %}

{#- The models that a query of a model reads: its inputs, and those of the views among them. -#}
{% macro read_by(model) %}
    {% set found = [model] %}
    {#- The list grows while it is walked. #}
    {% for reader in found if reader == model or graph.nodes[reader].config.materialized == 'view' %}
        {% for parent in graph.nodes[reader].depends_on.nodes
            if parent.startswith('model.') and parent not in found %}
            {% do found.append(parent) %}
        {% endfor %}
    {% endfor %}
    {{ return(found[1:]) }}
{% endmacro %}

{% macro is_built(model) %}
    {% set node = graph.nodes[model] %}
    {{ return(adapter.get_relation(node.database, node.schema, node.alias) is not none) }}
{% endmacro %}

{#- Whether a list or a view is of what one run derives, and a table too that is made of such views. -#}
{% macro holds_a_part(model) %}
    {% set kind, narrowing = graph.nodes[model].config.materialized, [] %}
    {% if kind == 'incremental' %}{{ return(false) }}{% endif %}
    {% for read in [model] + (read_by(model) if kind == 'table' else [])
        if read == model or graph.nodes[read].config.materialized == 'view' %}
        {% for macro in graph.nodes[read].depends_on.macros if macro.split('.')[-1].startswith(
            ('is_touched_', 'is_newly_loaded', 'is_derived_anew', 'settled_until')
        ) %}
            {% do narrowing.append(macro) %}
        {% endfor %}
    {% endfor %}
    {{ return(narrowing | length > 0) }}
{% endmacro %}
