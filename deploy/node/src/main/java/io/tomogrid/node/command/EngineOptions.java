package io.tomogrid.node.command;

import io.tomogrid.node.engine.ExistingEngine;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Whose Spark runs the tasks. */
final class EngineOptions {
    @Option(
            names = "--engine",
            paramLabel = "ENGINE",
            description =
                    "Whose Spark runs the tasks: ours, spark://HOST:PORT of a standalone Master that runs already,"
                            + " yarn, or k8s://https://HOST:PORT (default: ${DEFAULT-VALUE}); see docs/engines.md.",
            defaultValue = "ours")
    private String engine;

    @Option(
            names = "--engine-conf",
            paramLabel = "spark.NAME=VALUE",
            description = "What that cluster asks of its users, such as spark.cores.max=2; may be given several times.")
    private List<String> conf = List.of();

    /** Empty for our own. */
    Optional<ExistingEngine> chosen() {
        return ExistingEngine.of(engine, conf);
    }
}
