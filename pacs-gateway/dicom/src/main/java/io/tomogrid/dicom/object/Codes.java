package io.tomogrid.dicom.object;

/** The codes that results carry: PS3.16 annex D (DCM), SNOMED CT, LOINC and UCUM. */
public final class Codes {
    // Segmentation
    public static final CodedConcept MORPHOLOGICALLY_ABNORMAL =
            new CodedConcept("49755003", "SCT", "Morphologically Abnormal Structure");
    public static final CodedConcept LESION = new CodedConcept("52988006", "SCT", "Lesion");
    public static final CodedConcept ARTIFICIAL_INTELLIGENCE = dcm("123110", "Artificial Intelligence");

    // Derivation and purposes of reference
    static final CodedConcept SEGMENTATION = dcm("113076", "Segmentation");
    static final CodedConcept MAXIMUM_INTENSITY_PROJECTION = dcm("113078", "Maximum intensity projection");
    static final CodedConcept SPATIAL_RESAMPLING = dcm("113085", "Spatial resampling");
    static final CodedConcept SOURCE_IMAGE = dcm("121322", "Source image for image processing operation");
    static final CodedConcept ACQUISITION_EQUIPMENT = dcm("109101", "Acquisition Equipment");
    static final CodedConcept PROCESSING_EQUIPMENT = dcm("109102", "Processing Equipment");

    // Report, TID 1500
    static final CodedConcept IMAGING_MEASUREMENT_REPORT = dcm("126000", "Imaging Measurement Report");
    static final CodedConcept LANGUAGE = dcm("121049", "Language of Content Item and Descendants");
    static final CodedConcept ENGLISH_US = new CodedConcept("en-US", "RFC5646", "English (United States)");
    static final CodedConcept OBSERVER_TYPE = dcm("121005", "Observer Type");
    static final CodedConcept DEVICE = dcm("121007", "Device");
    static final CodedConcept DEVICE_UID = dcm("121012", "Device Observer UID");
    static final CodedConcept DEVICE_NAME = dcm("121013", "Device Observer Name");
    static final CodedConcept DEVICE_MANUFACTURER = dcm("121014", "Device Observer Manufacturer");
    static final CodedConcept DEVICE_MODEL = dcm("121015", "Device Observer Model Name");
    static final CodedConcept DEVICE_SERIAL = dcm("121016", "Device Observer Serial Number");
    static final CodedConcept PROCEDURE_REPORTED = dcm("121058", "Procedure reported");
    static final CodedConcept PET_WHOLE_BODY = new CodedConcept("44139-4", "LN", "PET whole body");
    static final CodedConcept IMAGING_MEASUREMENTS = dcm("126010", "Imaging Measurements");
    static final CodedConcept COMMENT = dcm("121106", "Comment");

    // Key objects, TID 2010, and the report for people
    static final CodedConcept OF_INTEREST = dcm("113000", "Of Interest");
    static final CodedConcept KEY_OBJECT_DESCRIPTION = dcm("113012", "Key Object Description");
    static final CodedConcept DIAGNOSTIC_IMAGING_REPORT = new CodedConcept("18748-4", "LN", "Diagnostic imaging study");

    // Measurement group, TID 1411
    static final CodedConcept MEASUREMENT_GROUP = dcm("125007", "Measurement Group");
    static final CodedConcept TRACKING_IDENTIFIER = dcm("112039", "Tracking Identifier");
    static final CodedConcept TRACKING_UID = dcm("112040", "Tracking Unique Identifier");
    static final CodedConcept FINDING = dcm("121071", "Finding");
    static final CodedConcept REFERENCED_SEGMENT = dcm("121191", "Referenced Segment");
    static final CodedConcept SOURCE_SERIES = dcm("121232", "Source series for segmentation");
    static final CodedConcept RWVM_USED = dcm("126100", "Real World Value Map used for measurement");
    static final CodedConcept MEASUREMENT_METHOD = new CodedConcept("370129005", "SCT", "Measurement Method");
    static final CodedConcept DERIVATION = dcm("121401", "Derivation");
    static final CodedConcept ALGORITHM_NAME = dcm("111001", "Algorithm Name");
    static final CodedConcept ALGORITHM_PARAMETERS = dcm("111002", "Algorithm Parameters");
    static final CodedConcept ALGORITHM_VERSION = dcm("111003", "Algorithm Version");

    // Quantities
    static final CodedConcept SUV_BW = dcm("126401", "SUVbw");
    static final CodedConcept SUV_BW_METHOD = dcm("126410", "SUV body weight calculation method");
    static final CodedConcept MAXIMUM = new CodedConcept("56851009", "SCT", "Maximum");
    static final CodedConcept MEAN = new CodedConcept("373098007", "SCT", "Mean");
    static final CodedConcept PEAK = dcm("126031", "Peak Value Within ROI");
    static final CodedConcept METABOLIC_VOLUME = dcm("126032", "Metabolic Volume");
    static final CodedConcept SUM_OF_VOXELS = dcm("126030", "Sum of segmented voxel volumes");
    static final CodedConcept TOTAL_LESION_GLYCOLYSIS = dcm("126033", "Total Lesion Glycolysis");

    static final CodedConcept QUANTITY = new CodedConcept("246205007", "SCT", "Quantity");

    // Units
    static final CodedConcept GRAM_PER_ML = ucum("g/ml{SUVbw}", "Standardized Uptake Value body weight");
    static final CodedConcept MILLILITER = ucum("ml", "milliliter");
    static final CodedConcept GRAM = ucum("g", "gram");

    private Codes() {}

    private static CodedConcept dcm(String value, String meaning) {
        return new CodedConcept(value, "DCM", meaning);
    }

    private static CodedConcept ucum(String value, String meaning) {
        return new CodedConcept(value, "UCUM", meaning);
    }
}
