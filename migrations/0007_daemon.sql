-- What goes on by itself: schedules, who waits for a host, and how runs are doing.

-- How far each scheduled job's due times are settled: all up to `considered_at`. Kept by the daemon and by a bare
-- `trawl run`; a job whose `schedule` is no longer the one here begins anew.
CREATE TABLE schedules (
    job_id INTEGER PRIMARY KEY REFERENCES jobs ON DELETE CASCADE,
    schedule TEXT NOT NULL,
    considered_at INTEGER NOT NULL,
    next_start_at INTEGER
) STRICT;

-- What became of each due time. `started`: a run began; `failed`: it could not, `error` says why; `overlapped`: the job had
-- an unfinished run; `missed`: nobody was there. `missed` counts the due times before it that were passed over.
CREATE TABLE starts (
    id INTEGER PRIMARY KEY,
    job_id INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
    due_at INTEGER NOT NULL,
    noted_at INTEGER NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('started', 'failed', 'overlapped', 'missed')),
    missed INTEGER NOT NULL DEFAULT 0,
    run_id INTEGER REFERENCES runs ON DELETE SET NULL,
    error TEXT,
    UNIQUE (job_id, due_at)
) STRICT;

CREATE INDEX starts_run ON starts (run_id) WHERE run_id IS NOT NULL;

-- `wanted_by`: a runner that waits for the host, since or again at `wanted_at`; whoever has it gives it up soon.
ALTER TABLE hosts ADD COLUMN wanted_by INTEGER;
ALTER TABLE hosts ADD COLUMN wanted_at INTEGER;

CREATE INDEX hosts_wanted ON hosts (runner_id) WHERE wanted_by IS NOT NULL;

-- How runs under way are doing, written once a second by whoever works on them.
CREATE TABLE run_activity (
    run_id INTEGER PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
    updated_at INTEGER NOT NULL,
    in_flight INTEGER NOT NULL,
    hosts INTEGER NOT NULL,
    hosts_waiting INTEGER NOT NULL,
    pages_per_second REAL
) STRICT;
