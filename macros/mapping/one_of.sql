{#- Stops the run where a word is none of those allowed: with the nearest of them, by the pairs of letters
    that they share. -#}
{% macro one_of(words, word, where) %}
    {% if word in words %}{{ return(word) }}{% endif %}
    {% set best = namespace(word=none, share=0.5) %}
    {% set given = letter_pairs(word | string | lower) %}
    {% for candidate in words %}
        {% set pairs = letter_pairs(candidate) %}
        {% set shared = given | select('in', pairs) | list | length %}
        {% set share = 2 * shared / (given | length + pairs | length) %}
        {% if share >= best.share %}
            {% set best.word, best.share = candidate, share %}
        {% endif %}
    {% endfor %}
    {{ stop(
        where ~ (" (did you mean " ~ best.word ~ "?)" if best.word else "") ~ "; use one of "
        ~ words | join(', ')
    ) }}
{% endmacro %}

{#- Of a word's letters, each with the next, and the first and last alone. -#}
{% macro letter_pairs(word) %}
    {% set pairs, letters = [], ' ' ~ word ~ ' ' %}
    {% for place in range(letters | length - 1) %}
        {% do pairs.append(letters[place:place + 2]) %}
    {% endfor %}
    {{ return(pairs) }}
{% endmacro %}
