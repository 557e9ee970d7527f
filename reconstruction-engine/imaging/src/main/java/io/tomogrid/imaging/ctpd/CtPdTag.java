package io.tomogrid.imaging.ctpd;

import java.util.Locale;

/** Attributes of a view, in the block 10 of their private groups; floats are little endian, whatever VR they come with. */
enum CtPdTag {
    INSTANCE_NUMBER(0x00200013, "Instance Number"),
    ROWS(0x00280010, "Rows"),
    COLUMNS(0x00280011, "Columns"),
    RESCALE_INTERCEPT(0x00281052, "Rescale Intercept"),
    RESCALE_SLOPE(0x00281053, "Rescale Slope"),
    PIXEL_DATA(0x7fe00010, "Pixel Data"),
    TRANSVERSE_SPACING(0x70291002, "Detector Element Transverse Spacing"),
    AXIAL_SPACING(0x70291006, "Detector Element Axial Spacing"),
    SHAPE(0x7029100b, "Detector Shape"),
    DETECTOR_ROWS(0x70291010, "Number of Detector Rows"),
    DETECTOR_COLUMNS(0x70291011, "Number of Detector Columns"),
    ANGLE(0x70311001, "Detector Focal Center Angular Position"),
    Z(0x70311002, "Detector Focal Center Axial Position"),
    RADIUS(0x70311003, "Detector Focal Center Radial Distance"),
    DETECTOR_RADIUS(0x70311031, "Constant Radial Distance"),
    CENTRAL_ELEMENT(0x70311033, "Detector Central Element"),
    SPOT_ANGLE(0x7033100b, "Source Angular Position Shift"),
    SPOT_Z(0x7033100c, "Source Axial Position Shift"),
    SPOT_RADIUS(0x7033100d, "Source Radial Distance Shift"),
    SPOT_MODE(0x7033100e, "Flying Focal Spot Mode"),
    PER_TURN(0x70331013, "Number of Source Angular Steps"),
    TYPE(0x70371009, "Type of Projection Data"),
    GEOMETRY(0x7037100a, "Type of Projection Geometry"),
    LOG(0x70391009, "Log Flag"),
    WATER(0x70411001, "Water Attenuation Coefficient");

    final int tag;
    private final String title;

    CtPdTag(int tag, String title) {
        this.tag = tag;
        this.title = title;
    }

    /** As messages name it. */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s (%04X,%04X)", title, tag >>> 16, tag & 0xffff);
    }
}
