package io.tomogrid.sparkjob.petct;

import io.tomogrid.cluster.contract.Findings;
import io.tomogrid.sparkjob.Progress;
import java.util.ArrayList;
import java.util.List;

/** Tells the stages of a run as they begin, and afterwards how long each took. */
public final class Stages {
    private final Progress progress;
    private final List<Findings.Stage> done = new ArrayList<>();
    private String current;
    private long since;

    public Stages(Progress progress) {
        this.progress = progress;
    }

    public void begin(String name) {
        end();
        progress.stage(name);
        current = name;
        since = System.nanoTime();
    }

    /** The stages in order; the one that runs ends here. */
    public List<Findings.Stage> finish() {
        end();
        return List.copyOf(done);
    }

    private void end() {
        if (current != null) {
            done.add(new Findings.Stage(current, (System.nanoTime() - since) / 1e9));
            current = null;
        }
    }
}
