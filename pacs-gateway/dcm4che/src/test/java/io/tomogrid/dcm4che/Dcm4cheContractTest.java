package io.tomogrid.dcm4che;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tomogrid.dicom.net.AcceptorContract;
import io.tomogrid.dicom.net.DamagedMessagesContract;
import io.tomogrid.dicom.net.DcmtkContract;
import io.tomogrid.dicom.net.DimseProvider;
import io.tomogrid.dicom.net.PerformedStepContract;
import io.tomogrid.dicom.net.QueryRetrieveContract;
import io.tomogrid.dicom.net.RequestorContract;
import io.tomogrid.dicom.net.StorageContract;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The contract of a DIMSE provider: dcm4che at both ends, and at either end against our own implementation. */
class Dcm4cheContractTest {
    private static final DimseProvider OURS = DimseProvider.builtIn();
    private static final DimseProvider DCM4CHE = new Dcm4cheProvider();

    @Test
    void it_is_chosen_by_its_name() {
        String before = System.setProperty(DimseProvider.PROPERTY, "dcm4che");
        try {
            assertThat(DimseProvider.chosen()).isInstanceOf(Dcm4cheProvider.class);
            System.setProperty(DimseProvider.PROPERTY, "another");
            assertThatThrownBy(DimseProvider::chosen)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("another")
                    .hasMessageContaining("[built-in, dcm4che]");
        } finally {
            if (before == null) {
                System.clearProperty(DimseProvider.PROPERTY);
            } else {
                System.setProperty(DimseProvider.PROPERTY, before);
            }
        }
    }

    @Nested
    class Storage extends StorageContract {
        Storage() {
            super(DCM4CHE, DCM4CHE);
        }
    }

    @Nested
    class PerformedSteps extends PerformedStepContract {
        PerformedSteps() {
            super(DCM4CHE, OURS);
        }
    }

    @Nested
    class StorageOfOurs extends StorageContract {
        StorageOfOurs() {
            super(OURS, DCM4CHE);
        }
    }

    @Nested
    class StorageByOurs extends StorageContract {
        StorageByOurs() {
            super(DCM4CHE, OURS);
        }
    }

    @Nested
    class QueryRetrieve extends QueryRetrieveContract {
        QueryRetrieve() {
            super(DCM4CHE, DCM4CHE);
        }
    }

    @Nested
    class QueryRetrieveOfOurs extends QueryRetrieveContract {
        QueryRetrieveOfOurs() {
            super(OURS, DCM4CHE);
        }
    }

    @Nested
    class QueryRetrieveByOurs extends QueryRetrieveContract {
        QueryRetrieveByOurs() {
            super(DCM4CHE, OURS);
        }
    }

    @Nested
    class DamagedMessages extends DamagedMessagesContract {
        DamagedMessages() {
            super(DCM4CHE, DCM4CHE);
        }
    }

    @Nested
    class Acceptor extends AcceptorContract {
        Acceptor() {
            super(DCM4CHE, OURS);
        }
    }

    @Nested
    class Requestor extends RequestorContract {
        Requestor() {
            super(DCM4CHE, DCM4CHE);
        }
    }

    @Nested
    class Dcmtk extends DcmtkContract {
        Dcmtk() {
            super(DCM4CHE, DCM4CHE);
        }
    }
}
