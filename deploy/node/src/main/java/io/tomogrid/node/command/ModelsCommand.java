package io.tomogrid.node.command;

import com.fasterxml.jackson.jr.ob.JSON;
import io.tomogrid.node.NodeClient;
import io.tomogrid.node.NodeHome;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

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
            ModelsRolloutCommands.Audit.class
        })
public final class ModelsCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private HomeOptions home;

    @Option(names = "--json", description = "Print the service's document.")
    private boolean json;

    @Option(names = "--load", paramLabel = "NAME", description = "Load or reload; the old version serves until then.")
    private String load;

    @Option(names = "--unload", paramLabel = "NAME", description = "Serve it no more.")
    private String unload;

    @Override
    public Integer call() throws Exception {
        NodeHome.Running running = home.running();
        NodeClient service = new NodeClient(running.inference(), running.token());
        if (load != null) {
            service.post("/v2/repository/models/" + load + "/load");
        }
        if (unload != null) {
            service.post("/v2/repository/models/" + unload + "/unload");
        }
        List<Object> models = service.postForList("/v2/repository/index", "{}");
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JSON.std.asString(models));
            return 0;
        }
        Table table = new Table("MODEL", "VERSION", "STATE", "REASON");
        for (Object item : models) {
            Map<?, ?> model = (Map<?, ?>) item;
            table.row(model.get("name"), model.get("version"), model.get("state"), model.get("reason"));
        }
        table.print(out);
        return 0;
    }
}
