package io.tomogrid.node.command;

import io.tomogrid.inference.oci.Digest;
import io.tomogrid.inference.oci.Signatures;
import io.tomogrid.inference.pack.ModelPackage;
import io.tomogrid.inference.trust.Keys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tomogrid models keygen}, {@code sign}. */
final class ModelTrustCommands {
    private ModelTrustCommands() {}

    /** Makes a pair of keys. */
    @Command(
            name = "keygen",
            description = "Make a pair of signing keys, NAME.key and NAME.pub; an existing file is never overwritten.",
            mixinStandardHelpOptions = true)
    static final class Keygen implements Callable<Integer> {
        @Mixin
        private StoreOptions store;

        @Mixin
        private Answer answer;

        @Parameters(paramLabel = "NAME", description = "Path of the keys, without .key and .pub.")
        private Path name;

        @Override
        public Integer call() throws Exception {
            Path secret = name.resolveSibling(name.getFileName() + ".key");
            Path open = name.resolveSibling(name.getFileName() + ".pub");
            for (Path file : new Path[] {secret, open}) {
                if (Files.exists(file)) {
                    throw new IOException(file + " is there already: choose another name");
                }
            }
            KeyPair keys = Keys.generate();
            Files.createFile(
                    secret, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(secret, Keys.pem(keys.getPrivate()).getBytes(StandardCharsets.US_ASCII));
            Files.writeString(open, Keys.pem(keys.getPublic()));
            answer.print(
                    Map.of("private", secret.toString(), "public", open.toString()),
                    out -> out.println(
                            "wrote " + secret + " (keep it secret) and " + open + " (put it into keys of trust.json)"));
            return 0;
        }
    }

    /** Signs a package. */
    @Command(
            name = "sign",
            description = "Sign a package of the store as cosign does with a key; the signature travels with it.",
            mixinStandardHelpOptions = true)
    static final class Sign implements Callable<Integer> {
        @Mixin
        private StoreOptions store;

        @Mixin
        private Answer answer;

        @Parameters(paramLabel = "MODEL", description = "NAME, NAME:VERSION or NAME@sha256:….")
        private String reference;

        @Option(
                names = "--key",
                required = true,
                paramLabel = "FILE",
                description = "Private key on P-256, PKCS #8 PEM.")
        private Path key;

        @Override
        public Integer call() throws Exception {
            ModelPackage model = store.store().find(reference);
            Digest digest = Digest.parse(model.digest());
            Signatures.sign(model.layout(), digest, "tomogrid/" + model.name(), Keys.privateKey(key));
            int all = Signatures.count(model.layout(), digest);
            Map<String, Object> document = StoreOptions.document(model);
            document.put("signatures", all);
            answer.print(
                    document,
                    out -> out.println("signed " + model.name() + ":" + model.version() + " " + model.digest() + ", "
                            + all + (all == 1 ? " signature" : " signatures") + " in all"));
            return 0;
        }
    }
}
