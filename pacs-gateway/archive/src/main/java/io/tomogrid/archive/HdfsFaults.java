package io.tomogrid.archive;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.protocol.NSQuotaExceededException;
import org.apache.hadoop.hdfs.protocol.QuotaExceededException;
import org.apache.hadoop.ipc.RemoteException;

/** Tells from what the HDFS client throws what is wrong with the cluster, and what to do about it. */
final class HdfsFaults {
    /* The client hands on the name node's exceptions by the name of their class, partly of classes that it does not have,
     * and speaks of data nodes in words only. The words are those of Hadoop 3.5.0. */
    private static final Pattern NO_TARGET = Pattern.compile(
            "could only be written to \\d+ of the .*There are (\\d+) datanode\\(s\\) running and (\\S+) node\\(s\\) are excluded",
            Pattern.DOTALL);
    private static final List<String> BROKEN_PIPELINE = List.of(
            "All datanodes",
            "Unable to create new block",
            "Failed to replace a bad datanode",
            "Could not get block locations",
            "Unexpected EOF while trying to read response from server");

    /** All that was being written is given up; what comes next begins anew. */
    private static final Pattern GIVEN_UP = Pattern.compile("Lease timeout of \\d+ seconds expired");

    private final Path root;

    HdfsFaults(Path root) {
        this.root = root;
    }

    /** The same failure as {@link ArchiveUnavailableException} or {@link NoRoomException} where it is one, else as it was. */
    IOException explain(IOException failed) {
        if (failed instanceof ArchiveUnavailableException || failed instanceof NoRoomException) {
            return failed;
        }
        List<Throwable> causes = causes(failed);
        for (Throwable cause : causes) {
            IOException explained = byName(cause, failed);
            if (explained != null) {
                return explained;
            }
        }
        for (Throwable cause : causes) {
            if (isOfNetwork(cause)) {
                return unavailable(
                        "no name node answers at " + root.toUri().getAuthority(),
                        "see whether it runs and whether this address is right",
                        failed);
            }
        }
        return failed;
    }

    ArchiveUnavailableException safeMode(Throwable cause) {
        return unavailable(
                "the name node is in safe mode",
                "it ends by itself once enough data nodes have reported; if an operator entered it, end it by hdfs dfsadmin"
                        + " -safemode leave",
                cause);
    }

    ArchiveUnavailableException noDataNode(Throwable cause) {
        return unavailable(
                "no data node can be reached", "see whether the data nodes run and can be reached from here", cause);
    }

    private IOException byName(Throwable cause, IOException failed) {
        String type = cause instanceof RemoteException remote
                ? remote.getClassName()
                : cause.getClass().getName();
        String message = String.valueOf(cause.getMessage());
        if (type.endsWith(".SafeModeException")) {
            return safeMode(failed);
        }
        if (type.endsWith(".StandbyException")) {
            return unavailable("this name node is a standby", "name the active one", failed);
        }
        if (type.endsWith(".AccessControlException")) {
            return unavailable(
                    "HDFS refuses this user access",
                    "give this user the folder by hdfs dfs -chown, or set HADOOP_USER_NAME: " + firstLine(message),
                    failed);
        }
        if (cause instanceof QuotaExceededException) {
            boolean names = cause instanceof NSQuotaExceededException;
            return new NoRoomException(
                    "archive " + root + ": its HDFS " + (names ? "name" : "space")
                            + " quota is used up (a segment takes"
                            + " its whole length while it is written); raise it by hdfs dfsadmin "
                            + (names ? "-setQuota" : "-setSpaceQuota") + " or free some, then send again",
                    failed);
        }
        if (GIVEN_UP.matcher(message).find()) {
            return unavailable("no name node answered for too long", "send again", failed);
        }
        Matcher noTarget = NO_TARGET.matcher(message);
        if (noTarget.find()
                && (noTarget.group(1).equals("0") || !noTarget.group(2).equals("no"))) {
            return noDataNode(failed);
        }
        return BROKEN_PIPELINE.stream().anyMatch(message::contains) ? noDataNode(failed) : null;
    }

    private ArchiveUnavailableException unavailable(String fault, String todo, Throwable cause) {
        return new ArchiveUnavailableException(root, fault, todo, cause);
    }

    private static boolean isOfNetwork(Throwable cause) {
        return cause instanceof SocketException // a refused connection is one, too
                || cause instanceof SocketTimeoutException
                || cause instanceof UnknownHostException
                || cause instanceof EOFException;
    }

    private static List<Throwable> causes(IOException failed) {
        List<Throwable> causes = new ArrayList<>();
        for (Throwable cause = failed; cause != null && causes.size() < 50; cause = cause.getCause()) {
            if (cause instanceof InterruptedIOException && !(cause instanceof SocketTimeoutException)) {
                return List.of();
            }
            causes.add(cause);
        }
        return causes;
    }

    private static String firstLine(String message) {
        return message.lines().findFirst().orElse("");
    }
}
