package io.tomogrid.gateway.dicomweb;

import io.tomogrid.archive.SegmentReader;
import io.tomogrid.gateway.Poller;
import io.tomogrid.gateway.dicomweb.StoredInstances.Stored;
import io.tomogrid.gateway.study.StudyGrown;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/*
 * A viewer asks for the metadata of all series before it shows an image. To read and convert the headers of hundreds of
 * instances takes longer than to show it, so that is done when the study has come to rest. A copy is good as long as the
 * series has as many instances as were in it: instances are never replaced or taken away.
 */
/** The metadata of whole series, from copies that lie beside the index where there are any. Thread-safe. */
@Component
class PreparedMetadata implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(PreparedMetadata.class);
    private static final Duration PAUSE = Duration.ofHours(1);
    private static final int BUFFER = 1 << 16;

    private final StoredInstances instances;
    private final Metadata metadata;
    private final JdbcTemplate jdbc;
    private final Queue<String> waiting = new ConcurrentLinkedQueue<>();
    private final Poller poller;

    PreparedMetadata(StoredInstances instances, SegmentReader archive, JdbcTemplate jdbc) {
        this.instances = instances;
        this.metadata = new Metadata(new Rendition(archive));
        this.jdbc = jdbc;
        this.poller = Poller.start("metadata-preparer", PAUSE, this::prepareWaiting);
    }

    /** Prepares what the study has and what is not ready, soon. */
    @EventListener
    void grown(StudyGrown study) {
        waiting.add(study.studyUid());
        poller.wake();
    }

    /** The answer to a request for a series' metadata, ready to be written. */
    @FunctionalInterface
    interface Answer {
        void writeTo(OutputStream out) throws IOException;
    }

    /**
     * @param root address of the service, to which the paths of bulk data are appended
     * @throws io.tomogrid.gateway.RequestFault if there is no such series
     */
    Answer ofSeries(String study, String series, String root) {
        List<byte[]> ready = jdbc.query("""
                SELECT packed FROM prepared_metadata p WHERE study_uid = ? AND series_uid = ? AND instances =
                    (SELECT count(*) FROM instance i WHERE i.study_uid = p.study_uid AND i.series_uid = p.series_uid)""", (row, n) -> row.getBytes(1), study, series);
        if (!ready.isEmpty()) {
            return out -> unpack(ready.get(0), root, out);
        }
        List<Stored> found = instances.ofSeries(study, series);
        grown(new StudyGrown(study));
        return out -> metadata.write(found, root, out);
    }

    private static void unpack(byte[] packed, String root, OutputStream out) throws IOException {
        try (InputStream json = new GZIPInputStream(new ByteArrayInputStream(packed), BUFFER)) {
            json.transferTo(new BulkDataRoot(root, out));
        }
    }

    private void prepareWaiting() throws InterruptedException {
        for (String study = waiting.poll(); study != null; study = waiting.poll()) {
            for (String series : notReady(study)) {
                prepare(study, series);
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        }
    }

    private List<String> notReady(String study) {
        return jdbc.queryForList("""
                SELECT i.series_uid FROM (
                    SELECT series_uid, count(*) AS instances FROM instance WHERE study_uid = ? GROUP BY series_uid) i
                LEFT JOIN prepared_metadata p ON p.study_uid = ? AND p.series_uid = i.series_uid
                WHERE p.instances IS DISTINCT FROM i.instances""", String.class, study, study);
    }

    private void prepare(String study, String series) {
        List<Stored> found = instances.ofSeries(study, series);
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream json = new GZIPOutputStream(packed, BUFFER)) {
            metadata.write(found, "", json);
        } catch (IOException e) {
            log.warn("the metadata of series {} are not prepared: {}", series, e.getMessage());
            return;
        }
        jdbc.update("""
                INSERT INTO prepared_metadata (study_uid, series_uid, instances, packed) VALUES (?, ?, ?, ?)
                ON CONFLICT (study_uid, series_uid) DO UPDATE SET instances = excluded.instances, packed = excluded.packed
                WHERE prepared_metadata.instances < excluded.instances""", study, series, found.size(), packed.toByteArray());
    }

    @Override
    public void close() {
        poller.close();
    }
}
