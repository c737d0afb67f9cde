{{ landed_rows(source('telemetry', 'events')) }}
