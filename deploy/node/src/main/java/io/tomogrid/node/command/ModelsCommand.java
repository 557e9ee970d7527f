package io.tomogrid.node.command;

import io.tomogrid.node.NodeClient;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tomogrid models}: what the model service serves; loads and unloads by name. */
@Command(
        name = "models",
        description = "Models of the running node; packages of models and who may bring them.",
        mixinStandardHelpOptions = true,
        subcommands = {
            ModelPackCommands.Pack.class,
            ModelPackCommands.ListPackages.class,
            ModelPackCommands.Inspect.class,
            ModelPackCommands.Verify.class,
            ModelTrustCommands.Keygen.class,
            ModelTrustCommands.Sign.class,
            ModelTransportCommands.Push.class,
            ModelTransportCommands.Pull.class,
            ModelTransportCommands.Export.class,
            ModelTransportCommands.Import.class,
            ModelsRolloutCommands.Rollout.class,
            ModelsRolloutCommands.Rollback.class,
            ModelsRolloutCommands.Abort.class,
            ModelsRolloutCommands.Versions.class,
            ModelsRolloutCommands.Status.class,
            ModelsRolloutCommands.Audit.class,
            ModelVerdictsCommand.class
        })
public final class ModelsCommand implements Callable<Integer> {
    @Mixin
    private HomeOptions home;

    @Mixin
    private Answer answer;

    @Option(names = "--load", paramLabel = "NAME", description = "Load or reload; the old version serves until then.")
    private String load;

    @Option(names = "--unload", paramLabel = "NAME", description = "Serve it no more.")
    private String unload;

    @Override
    public Integer call() throws Exception {
        NodeClient service = home.inference();
        if (load != null) {
            service.post("/v2/repository/models/" + load + "/load");
        }
        if (unload != null) {
            service.post("/v2/repository/models/" + unload + "/unload");
        }
        List<Object> models = service.postForList("/v2/repository/index", "{}");
        answer.print(models, out -> print(models, out));
        return 0;
    }

    private static void print(List<Object> models, PrintWriter out) {
        Table table = new Table("MODEL", "VERSION", "STATE", "REASON");
        for (Object item : models) {
            Map<?, ?> model = (Map<?, ?>) item;
            table.row(model.get("name"), model.get("version"), model.get("state"), model.get("reason"));
        }
        table.print(out);
    }
}
