package io.tomogrid.gateway.ingest;

import io.micrometer.core.instrument.MeterRegistry;
import io.tomogrid.dicom.net.CStoreHandler;
import io.tomogrid.dicom.net.CStoreRequest;
import io.tomogrid.dicom.net.DimseStatus;
import java.io.IOException;
import java.io.InputStream;
import org.springframework.stereotype.Component;

/** Storage SCP, PS3.4 annex B. Answers Success only once the instance is durable (ING-02). */
@Component
public class StorageScp implements CStoreHandler {
    private final Ingest ingest;
    private final MeterRegistry meters;

    StorageScp(Ingest ingest, MeterRegistry meters) {
        this.ingest = ingest;
        this.meters = meters;
    }

    @Override
    public DimseStatus store(CStoreRequest request, InputStream dataset) throws IOException {
        Admission admission = ingest.admit(request, dataset);
        meters.counter(
                        "tomogrid.gateway.stores",
                        "outcome",
                        admission.getClass().getSimpleName())
                .increment();
        return Ingest.status(admission);
    }
}
