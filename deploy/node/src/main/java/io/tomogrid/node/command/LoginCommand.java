package io.tomogrid.node.command;

import com.fasterxml.jackson.jr.ob.JSON;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tomogrid login}: another link that lets a browser in. */
@Command(
        name = "login",
        description = "Prints a link to the status page and the viewer that lets a browser in, once.",
        mixinStandardHelpOptions = true)
public final class LoginCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private HomeOptions home;

    @Option(names = "--json", description = "Print it as JSON.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        String link = home.gateway().loginLink();
        spec.commandLine().getOut().println(json ? JSON.std.asString(Map.of("url", link)) : link);
        return 0;
    }
}
