package io.tomogrid.dicom.object;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Uids;
import java.util.List;

/** Who observed: a device, PS3.16 TID 1002 with TID 1004. */
final class DeviceObserver {
    private DeviceObserver() {}

    static List<Dataset> of(Equipment device) {
        String observed = SrItem.OBSERVATION_CONTEXT;
        return List.of(
                SrItem.code(observed, Codes.OBSERVER_TYPE, Codes.DEVICE),
                SrItem.uid(observed, Codes.DEVICE_UID, uid(device)),
                SrItem.text(observed, Codes.DEVICE_NAME, device.modelName()),
                SrItem.text(observed, Codes.DEVICE_MANUFACTURER, device.manufacturer()),
                SrItem.text(observed, Codes.DEVICE_MODEL, device.modelName()),
                SrItem.text(observed, Codes.DEVICE_SERIAL, device.serialNumber()));
    }

    /** The same device has the same UID in all of its reports. */
    private static String uid(Equipment device) {
        return Uids.derived("tomogrid-device", device.manufacturer(), device.modelName(), device.serialNumber());
    }
}
