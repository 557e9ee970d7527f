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
 */
public record Runners(int threads, Duration runLimit, Path scratch, long childMemory) {

    /** @throws ModelException if the model cannot be loaded, or is not what its contract says */
    public ModelRunner open(ModelPackage pack, RunnerKind kind) throws ModelException {
        return switch (kind) {
            case IN_PROCESS -> new InProcessRunner(pack, threads, runLimit);
            case CHILD -> ChildRunner.start(pack, this);
            case CONTAINER -> throw new ModelException("this service has no runner of kind " + kind.word());
        };
    }
}
