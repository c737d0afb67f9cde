{#- How each row is read once, whatever the paths: `values`, the SQL of what each path's text leads to; `documents`,
    the JSON that paths lead through, each with the `leaves` that are read of it and a `level` above that of the
    document it stands in; and `each`, none or the list whose elements are rows. `columns` are those of a
    table, by their names in lower case; none of lines of JSON. -#}
{% macro reading_plan(paths, each, columns=none) %}
    {% set plan = {'values': {}, 'documents': [], 'each': none} %}
    {% set root = {'columns': columns} %}
    {% if columns is none %}
        {% set root = planned_document(plan, 0, json_row()) %}
    {% endif %}
    {% set element = none %}
    {% if each is not none %}
        {% set element = planned_element(plan, root, each) %}
    {% endif %}
    {% for text, path in paths.items() %}
        {% set inner = path.steps %}
        {% set start = root %}
        {% if each is not none and path.steps[:each.path.steps | length] == each.path.steps %}
            {% set inner, start = path.steps[each.path.steps | length:], element %}
        {% endif %}
        {% set place = planned_place(plan, start, inner, path.text) %}
        {% do plan['values'].update({text: place_text(plan, place)}) %}
    {% endfor %}
    {{ return(plan) }}
{% endmacro %}

{#- Where steps lead to from a place, none if to nothing: in a table, `sql` of a `type`; in JSON, `steps` within
    one of the documents. -#}
{% macro planned_place(plan, start, steps, text) %}
    {% set at = namespace(place=start) %}
    {% for step in steps if at.place is not none %}
        {% if at.place.columns is defined %}
            {#- A column may have the whole path as its name. -#}
            {% set whole = at.place.columns.get(text | lower) %}
            {% if whole is not none %}{{ return(whole) }}{% endif %}
            {% set at.place = at.place.columns.get(step[1] | lower) if step[0] == 'key' else none %}
        {% elif at.place.document is not defined and (step[0] == 'parse' or is_json(at.place.type)) %}
            {% set at.place = planned_document(plan, at.place.level, json_of_column(at.place.sql)) %}
            {% if step[0] != 'parse' %}
                {% set at.place = planned_step(plan, at.place, step) %}
            {% endif %}
        {% else %}
            {% set at.place = planned_step(plan, at.place, step) %}
        {% endif %}
    {% endfor %}
    {{ return(at.place) }}
{% endmacro %}

{#- One step further. -#}
{% macro planned_step(plan, place, step) %}
    {% if place.document is not defined %}
        {% set inner = nested_step(place, step) %}
        {{ return(none if inner is none else dict(inner, level=place.level)) }}
    {% elif step[0] in ['key', 'index'] %}
        {{ return({'document': place.document, 'steps': place.steps + [step]}) }}
    {% endif %}
    {% set document = plan.documents[place.document] %}
    {% set sql = json_parsed(document, place.steps) if step[0] == 'parse'
        else json_matching(document, place.steps, step[1], step[2]) %}
    {{ return(planned_document(plan, document.level + 1, sql)) }}
{% endmacro %}

{#- A document more, or the one that is there already; as a place. -#}
{% macro planned_document(plan, level, sql) %}
    {% for document in plan.documents if document.sql == sql %}
        {{ return({'document': document.number, 'steps': []}) }}
    {% endfor %}
    {% set number = plan.documents | length %}
    {% do plan.documents.append({'number': number, 'level': level, 'sql': sql, 'leaves': []}) %}
    {{ return({'document': number, 'steps': []}) }}
{% endmacro %}

{#- The list whose elements are rows goes into the plan; an element as a place. -#}
{% macro planned_element(plan, root, each) %}
    {% set place = planned_place(plan, root, each.path.steps, each.path.text) %}
    {% if place is none %}
        {% do plan.update({'each': {'level': 0, 'sql': none}}) %}
        {{ return(none) }}
    {% elif each.split is not none %}
        {% set level = place_level(plan, place) %}
        {% do plan.update({
            'each': {'level': level, 'sql': split_text(place_text(plan, place), each.split)}
        }) %}
        {{ return({'sql': 'element', 'type': 'varchar', 'level': level + 1}) }}
    {% elif place.document is not defined and not is_json(place.type) %}
        {% do plan.update({'each': {'level': place.level, 'sql': list_of_column(place)}}) %}
        {{ return({'sql': 'element', 'type': list_type(place.type), 'level': place.level + 1}) }}
    {% endif %}
    {% if place.document is not defined %}
        {% set place = planned_document(plan, place.level, json_of_column(place.sql)) %}
    {% endif %}
    {% set document = plan.documents[place.document] %}
    {% do plan.update({
        'each': {'level': document.level + 1, 'sql': json_elements(document, place.steps)}
    }) %}
    {{ return(planned_document(plan, document.level + 2, 'element')) }}
{% endmacro %}

{#- From which level on a place can be read. -#}
{% macro place_level(plan, place) %}
    {{ return(place.level if place.document is not defined else plan.documents[place.document].level + 1) }}
{% endmacro %}

{#- The SQL of what is at a place: of JSON, text; of a column, its own type, and text where that is nested. -#}
{% macro place_text(plan, place) %}
    {% if place is none or place.columns is defined %}{{ return('cast(null as varchar)') }}{% endif %}
    {% if place.document is defined %}
        {{ return(json_text(plan.documents[place.document], place.steps)) }}
    {% endif %}
    {{ return(nested_text(place)) }}
{% endmacro %}

{#- A leaf's place among those that are read of a document, from 1. -#}
{% macro leaf_number(document, steps) %}
    {% if steps not in document.leaves %}{% do document.leaves.append(steps) %}{% endif %}
    {% for leaf in document.leaves if leaf == steps %}{{ return(document.leaves.index(leaf) + 1) }}{% endfor %}
{% endmacro %}
