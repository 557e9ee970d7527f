package io.tomogrid.node;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * Where the archive of a home is: in the home itself, or at a URI that was named at its first start. The home's database
 * speaks of this archive only, so that it is kept in the file {@code archive.uri} and never changed.
 */
final class HomeArchive {
    private final Path home;
    private final Path note;

    HomeArchive(NodeHome home) {
        this.home = home.path();
        this.note = home.path().resolve("archive.uri");
    }

    /**
     * The archive to use.
     *
     * @param asked what was asked for now, if anything
     * @throws IOException if the home has another one, or it is none that an archive can be in
     */
    URI choose(Optional<URI> asked) throws IOException {
        Optional<URI> wanted = asked.isPresent() ? Optional.of(checked(asked.get())) : Optional.empty();
        Optional<URI> kept = kept();
        if (kept.isPresent() && wanted.isPresent() && !wanted.equals(kept)) {
            throw new IOException("the node in " + home + " has its archive at " + kept.get()
                    + ", and its database speaks of what is there: leave out --archive, or choose another --home for "
                    + wanted.get());
        }
        return kept.or(() -> wanted).orElseGet(this::own);
    }

    /** From now on the home's. */
    void keep(URI archive) throws IOException {
        if (kept().isEmpty()) {
            Path beside = note.resolveSibling("archive.uri.new");
            Files.writeString(beside, archive + "\n");
            Files.move(beside, note, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** A home from before there was a choice has its archive in itself. */
    private Optional<URI> kept() throws IOException {
        if (Files.exists(note)) {
            return Optional.of(URI.create(Files.readString(note).strip()));
        }
        return Files.isDirectory(home.resolve("archive/segments")) ? Optional.of(own()) : Optional.empty();
    }

    private URI own() {
        return withoutSlash(home.resolve("archive").toUri());
    }

    private static URI checked(URI archive) throws IOException {
        String path = archive.getPath();
        boolean usable = path != null && path.startsWith("/") && path.length() > 1;
        boolean hdfs = "hdfs".equals(archive.getScheme()) && archive.getHost() != null;
        boolean file = "file".equals(archive.getScheme()) && archive.getAuthority() == null;
        if (!usable || !(hdfs || file)) {
            throw new IOException("archive: expected hdfs://name-node:port/folder or file:///folder, got " + archive);
        }
        return withoutSlash(archive.normalize());
    }

    private static URI withoutSlash(URI uri) {
        String text = uri.toString().replaceFirst("^file:/(?!/)", "file:///");
        return URI.create(text.endsWith("/") ? text.substring(0, text.length() - 1) : text);
    }
}
