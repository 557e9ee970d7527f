package io.tomogrid.inference.service.runner;

import io.tomogrid.inference.pack.ModelException;
import io.tomogrid.inference.pack.ModelPackage;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Opens versions of models.
 *
 * @param threads threads of one run
 * @param runLimit longest that one run may take
 * @param scratch folder for the sockets of children, short enough for a socket's name
 * @param childMemory greatest data memory of a child, bytes
 * @param batch how requests are joined
 * @param flips whether models of patches are asked mirrored too, and the answers averaged
 */
public record Runners(int threads, Duration runLimit, Path scratch, long childMemory, Batching batch, boolean flips) {

    /** @param most requests in one run, 1 for none @param delay longest that a request waits for others */
    public record Batching(int most, Duration delay) {
        static final Batching NONE = new Batching(1, Duration.ZERO);
    }

    /** Without batches and flips. */
    public Runners(int threads, Duration runLimit, Path scratch, long childMemory) {
        this(threads, runLimit, scratch, childMemory, Batching.NONE, false);
    }

    /** @throws ModelException if the model cannot be loaded, or is not what its contract says */
    public ModelRunner open(ModelPackage pack, RunnerKind kind) throws ModelException {
        ModelRunner runner = switch (kind) {
            case IN_PROCESS -> new InProcessRunner(pack, threads, runLimit);
            case CHILD -> ChildRunner.start(pack, this);
        };
        if (batch.most() > 1 && BatchingRunner.batches(pack)) {
            runner = new BatchingRunner(runner, batch.most(), batch.delay());
        }
        return pack.contract().sampling().patch().isEmpty() ? runner : new WindowedRunner(runner, flips);
    }
}
