package io.tomogrid.gateway;

import io.tomogrid.archive.ArchiveReadiness;
import io.tomogrid.archive.SegmentLog;
import io.tomogrid.archive.SegmentLogConfig;
import io.tomogrid.archive.SegmentReader;
import io.tomogrid.archive.Spool;
import io.tomogrid.dicom.net.DimseServer;
import io.tomogrid.dicom.net.DimseServerConfig;
import io.tomogrid.dicom.net.DimseServices;
import io.tomogrid.gateway.commitment.CommitmentScp;
import io.tomogrid.gateway.delivery.Commitments;
import io.tomogrid.gateway.index.ArchiveIndex;
import io.tomogrid.gateway.ingest.StorageScp;
import io.tomogrid.gateway.query.QueryScp;
import io.tomogrid.gateway.query.RetrieveScp;
import io.tomogrid.gateway.study.PerformedStepScp;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/** The archive, its index and the DICOM port before them. The port opens last and closes first. */
@Configuration(proxyBeanMethods = false)
class DicomDoor {
    private static final Logger log = LoggerFactory.getLogger(DicomDoor.class);
    private static final int SPOOL_MEMORY = 4 << 20;
    private static final long MOST_BYTES = 4L << 30;

    @Bean(destroyMethod = "close")
    SegmentLog archive(GatewayProperties properties) throws IOException {
        ArchiveReadiness.await(
                properties.archiveRoot(), properties.archivePatience(), reason -> log.warn("the start {}", reason));
        return SegmentLog.open(
                properties.archiveRoot(),
                SegmentLogConfig.defaults()
                        .withMinFreeBytes(properties.minFree().toBytes()));
    }

    /** @param madeBefore the writer makes the archive if there is none */
    @Bean(destroyMethod = "close")
    SegmentReader archiveReader(GatewayProperties properties, SegmentLog madeBefore) throws IOException {
        return SegmentReader.open(properties.archiveRoot());
    }

    @Bean
    Spool spool(GatewayProperties properties) throws IOException {
        return Spool.open(properties.spool(), SPOOL_MEMORY, MOST_BYTES);
    }

    @Bean(destroyMethod = "close")
    ArchiveIndex index(SegmentLog archive, SegmentReader reader, JdbcTemplate jdbc, TransactionTemplate transactions)
            throws IOException {
        return new ArchiveIndex(archive, reader, jdbc, transactions);
    }

    @Bean(destroyMethod = "close")
    DimseServer dimseServer(
            GatewayProperties properties,
            StorageScp storage,
            QueryScp query,
            RetrieveScp retrieve,
            CommitmentScp commitment,
            Commitments commitments,
            PerformedStepScp steps)
            throws IOException {
        GatewayProperties.Dicom dicom = properties.dicom();
        DimseServer server = DimseServer.start(
                new DimseServerConfig(
                        dicom.host(),
                        dicom.port(),
                        dicom.aeTitle(),
                        dicom.callingAllowed()::contains,
                        dicom.maxAssociations(),
                        dicom.idle(),
                        MOST_BYTES),
                DimseServices.storing(storage)
                        .finding(query)
                        .moving(retrieve)
                        .getting(retrieve)
                        .committing(commitment)
                        .takingCommitments(commitments)
                        .takingSteps(steps));
        log.info("{} listens for DICOM on {}:{}", dicom.aeTitle(), dicom.host(), server.port());
        return server;
    }
}
