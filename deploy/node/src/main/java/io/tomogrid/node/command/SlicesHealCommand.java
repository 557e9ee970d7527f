package io.tomogrid.node.command;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tomogrid slices heal}: gives a GPU that was reset or replaced back to the jobs. */
@Command(
        name = "heal",
        description =
                "Forget the faults of a GPU that was reset or replaced, if the device itself says nothing any more.",
        mixinStandardHelpOptions = true)
public final class SlicesHealCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private HomeOptions home;

    @Mixin
    private OperatorOptions operator;

    @Parameters(index = "0", paramLabel = "TARGET", description = "HOST/gpuN.")
    private String target;

    @Option(names = "--json", description = "Print the agent's document.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        Map<String, Object> healed = home.manager()
                .post("/api/slices/heal?target=" + OperatorOptions.encode(target) + "&" + operator.query(), "");
        PrintWriter out = spec.commandLine().getOut();
        out.println(json ? JSON.std.asString(healed) : text(target, healed));
        out.flush();
        return 0;
    }

    /** @param healed the agent's document */
    static String text(String target, Map<String, Object> healed) {
        List<?> forgotten = (List<?>) healed.get("forgotten");
        return target + " answers as " + healed.get("name") + ", " + healed.get("gpu-uuid")
                + ", and tells of no fault; it takes work. "
                + (forgotten.isEmpty() ? "Nothing was held against it." : "Forgotten: " + forgotten);
    }
}
