package io.tomogrid.inference.service.runner;

import io.tomogrid.imaging.tensor.Tensor;
import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelPackage;
import io.tomogrid.inference.runtime.SlidingWindow;
import java.util.Map;

/** A model whose card names a patch: volumes of another size go through it patch by patch. */
final class WindowedRunner implements ModelRunner {
    private static final double OVERLAP = 0.5;

    private final ModelRunner patches;
    private final SlidingWindow window;

    /** @param flips whether each patch is asked mirrored too */
    WindowedRunner(ModelRunner patches, boolean flips) {
        this.patches = patches;
        this.window = new SlidingWindow(patches.pack().contract().sampling().patch(), OVERLAP, flips);
    }

    @Override
    public ModelPackage pack() {
        return patches.pack();
    }

    @Override
    public Map<String, Tensor> run(Map<String, Tensor> inputs) throws ModelException, RunnerLost {
        return window.divides(inputs) ? window.<RunnerLost>run(inputs, patches::run) : patches.run(inputs);
    }

    @Override
    public ModelRunner network() {
        return patches.network();
    }

    @Override
    public void endRuns() {
        patches.endRuns();
    }

    @Override
    public long pid() {
        return patches.pid();
    }

    @Override
    public void close() {
        patches.close();
    }
}
