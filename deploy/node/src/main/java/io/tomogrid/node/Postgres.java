package io.tomogrid.node;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;

/**
 * The PostgreSQL server of a node that runs alone: real binaries, its data in the node's home, on loopback and behind a
 * password. It ends with this process, however that ends.
 */
public final class Postgres implements AutoCloseable {
    private static final String HBA = "local all all scram-sha-256\nhost all all 127.0.0.1/32 scram-sha-256\n"
            + "host all all ::1/128 scram-sha-256\n";

    private final EmbeddedPostgres server;
    private final Leash leash;
    private final String password;

    private Postgres(EmbeddedPostgres server, Leash leash, String password) {
        this.server = server;
        this.leash = leash;
        this.password = password;
    }

    /** On the data of the home, which it makes if there is none. */
    public static Postgres start(NodeHome home) throws IOException {
        Path data = home.path().resolve("postgres");
        Path passwordFile = home.path().resolve("postgres.password");
        if (!Files.exists(passwordFile)) {
            byte[] random = new byte[24];
            new SecureRandom().nextBytes(random);
            NodeHome.secret(passwordFile, HexFormat.of().formatHex(random));
        }
        String password = Files.readString(passwordFile, StandardCharsets.US_ASCII);
        ProcessBuilder.Redirect log = ProcessBuilder.Redirect.appendTo(
                home.logs().resolve("postgres.log").toFile());
        EmbeddedPostgres server = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setOverrideWorkingDirectory(binaries().toFile())
                .setCleanDataDirectory(false)
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("max_connections", "60")
                .setServerConfig("shared_buffers", "64MB")
                .setServerConfig("listen_addresses", "127.0.0.1")
                .setConnectConfig("password", password)
                .setPGStartupWait(Duration.ofSeconds(60))
                .setOutputRedirector(log)
                .setErrorRedirector(log)
                .start();
        try {
            protect(server, data, password);
            long pid = Long.parseLong(
                    Files.readAllLines(data.resolve("postmaster.pid")).get(0).strip());
            return new Postgres(server, Leash.hold(pid, "INT"), password);
        } catch (SQLException e) {
            server.close();
            throw new IOException("the database in " + data + " cannot be set up: " + e.getMessage(), e);
        }
    }

    /** Unpacked once for every node of this checkout: that takes longer than to start the server. */
    private static Path binaries() throws IOException {
        return Files.createDirectories(Path.of(System.getProperty("tomogrid.root", "."), ".tomogrid", "postgres"));
    }

    public String url() {
        return "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres";
    }

    public String user() {
        return "postgres";
    }

    public String password() {
        return password;
    }

    /** The binaries come with trust for every local user, and with fsync off: neither is left so. */
    private static void protect(EmbeddedPostgres server, Path data, String password) throws SQLException, IOException {
        try (Connection connection = server.getPostgresDatabase(java.util.Map.of("password", password))
                        .getConnection();
                Statement statement = connection.createStatement()) {
            Path hba = data.resolve("pg_hba.conf");
            if (!HBA.equals(Files.readString(hba))) {
                statement.execute("ALTER USER postgres PASSWORD '" + password + "'");
                Files.writeString(hba, HBA);
                statement.execute("SELECT pg_reload_conf()");
            }
            try (ResultSet fsync = statement.executeQuery("SHOW fsync")) {
                if (!fsync.next() || !"on".equals(fsync.getString(1))) {
                    throw new SQLException("fsync is off: committed jobs could be lost");
                }
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        leash.close();
    }
}
