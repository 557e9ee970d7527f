package io.tomogrid.dicom.object;

import io.tomogrid.dicom.Dataset;
import io.tomogrid.dicom.Tag;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The modules that all results have: Patient, Study, Series, Equipment, SOP Common, and references to the sources. */
final class ResultHeader {
    static final DateTimeFormatter DATE = DateTimeFormatter.ofPattern("yyyyMMdd");
    static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HHmmss.SSSSSS");
    private static final DateTimeFormatter OFFSET = DateTimeFormatter.ofPattern("xx");

    /** Type 2 in the Patient and General Study Modules: there even if the source lacks them. */
    private static final int[] TYPE_2 = {
        Tag.PatientName,
        Tag.PatientID,
        Tag.PatientBirthDate,
        Tag.PatientSex,
        Tag.StudyDate,
        Tag.StudyTime,
        Tag.ReferringPhysicianName,
        Tag.StudyID,
        Tag.AccessionNumber
    };

    /** Body parts (PS3.16 annex L) that have no other side. */
    private static final Set<String> UNPAIRED = Set.of(
            "ABDOMEN",
            "ABDOMENPELVIS",
            "BRAIN",
            "CHEST",
            "CHESTABDOMEN",
            "CHESTABDPELVIS",
            "HEAD",
            "HEADNECK",
            "HEART",
            "LIVER",
            "NECK",
            "NECKCHEST",
            "NECKCHESTABDOMEN",
            "NECKCHESTABDPELV",
            "PELVIS",
            "PROSTATE",
            "SKULL",
            "WHOLEBODY");

    /** The rest of Patient, Clinical Trial Subject, General Study, Patient Study, and what qualifies their text and times. */
    private static final int[] OPTIONAL = {
        Tag.SpecificCharacterSet,
        Tag.TimezoneOffsetFromUTC,
        Tag.IssuerOfPatientID,
        Tag.IssuerOfPatientIDQualifiersSequence,
        Tag.PatientBirthTime,
        Tag.OtherPatientIDsSequence,
        Tag.OtherPatientNames,
        Tag.EthnicGroup,
        Tag.PatientComments,
        Tag.PatientIdentityRemoved,
        Tag.DeidentificationMethod,
        Tag.DeidentificationMethodCodeSequence,
        Tag.LongitudinalTemporalInformationModified,
        Tag.ClinicalTrialSponsorName,
        Tag.ClinicalTrialProtocolID,
        Tag.ClinicalTrialProtocolName,
        Tag.ClinicalTrialSiteID,
        Tag.ClinicalTrialSiteName,
        Tag.ClinicalTrialSubjectID,
        Tag.ClinicalTrialSubjectReadingID,
        Tag.StudyInstanceUID,
        Tag.StudyDescription,
        Tag.IssuerOfAccessionNumberSequence,
        Tag.PhysiciansOfRecord,
        Tag.ProcedureCodeSequence,
        Tag.AdmittingDiagnosesDescription,
        Tag.PatientAge,
        Tag.PatientSize,
        Tag.PatientWeight,
        Tag.AdmissionID,
        Tag.AdditionalPatientHistory
    };

    private ResultHeader() {}

    /** Everything but what the IOD of the result adds, for IODs with the General Series Module. */
    static Dataset ofImage(
            ResultContext context, ResultSeries series, String modality, String sopClassUid, String role, int number) {
        Dataset result = ofImage(context.origin(), series, modality, sopClassUid, role, number);
        putAlgorithm(context, result);
        return result;
    }

    /** Everything but what the IOD of the result adds, for IODs with the General Series Module. */
    static Dataset ofImage(
            ResultOrigin origin, ResultSeries series, String modality, String sopClassUid, String role, int number) {
        Dataset source = origin.source();
        Dataset result = of(origin, series, modality, sopClassUid, role, number);
        result.copyFrom(source, Tag.BodyPartExamined);
        if (result.string(Tag.BodyPartExamined).filter(UNPAIRED::contains).isEmpty()) {
            result.putEmpty(Tag.Laterality).copyFrom(source, Tag.Laterality); // required of paired parts
        }
        return result;
    }

    /** Everything but what the IOD of the result adds. */
    static Dataset of(
            ResultContext context, ResultSeries series, String modality, String sopClassUid, String role, int number) {
        Dataset result = of(context.origin(), series, modality, sopClassUid, role, number);
        putAlgorithm(context, result);
        return result;
    }

    /** Everything but what the IOD of the result adds. */
    static Dataset of(
            ResultOrigin origin, ResultSeries series, String modality, String sopClassUid, String role, int number) {
        Dataset source = origin.source();
        Dataset result = new Dataset();
        for (int tag : TYPE_2) {
            result.putEmpty(tag).copyFrom(source, tag);
        }
        InstanceReference.required(source, Tag.StudyInstanceUID);
        result.copyFrom(source, OPTIONAL);
        ZonedDateTime created = created(origin);
        Equipment equipment = origin.equipment();
        putProcessing(equipment, created, result);
        return result.put(Tag.SOPClassUID, sopClassUid)
                .put(Tag.SOPInstanceUID, origin.uids().uid(role))
                .put(Tag.InstanceCreationDate, DATE.format(created))
                .put(Tag.InstanceCreationTime, TIME.format(created))
                .put(Tag.ContentDate, DATE.format(created))
                .put(Tag.ContentTime, TIME.format(created))
                .put(Tag.InstanceNumber, number)
                .put(Tag.Modality, modality)
                .put(Tag.SeriesInstanceUID, series.uid())
                .put(Tag.SeriesNumber, series.number())
                .put(Tag.SeriesDescription, series.description())
                .put(Tag.SeriesDate, DATE.format(created))
                .put(Tag.SeriesTime, TIME.format(created))
                .put(Tag.Manufacturer, equipment.manufacturer())
                .put(Tag.ManufacturerModelName, equipment.modelName())
                .put(Tag.DeviceSerialNumber, equipment.serialNumber())
                .put(Tag.SoftwareVersions, equipment.softwareVersion());
    }

    /** Frame of Reference Module, PS3.3 C.7.4.1. */
    static void putFrameOfReference(ResultContext context, Dataset result) {
        putFrameOfReference(context.pet().header(), result);
    }

    /** Frame of Reference Module, PS3.3 C.7.4.1. */
    static void putFrameOfReference(Dataset source, Dataset result) {
        InstanceReference.required(source, Tag.FrameOfReferenceUID);
        result.putEmpty(Tag.PositionReferenceIndicator)
                .copyFrom(source, Tag.FrameOfReferenceUID, Tag.PositionReferenceIndicator);
    }

    /** Contributing Equipment of the SOP Common Module: the scanner, as far as the source names it. */
    static void putScanner(ResultContext context, Dataset result) {
        putScanner(context.pet().header(), result);
    }

    /** Contributing Equipment of the SOP Common Module: the scanner, as far as the source names it. */
    static void putScanner(Dataset source, Dataset result) {
        Dataset scanner = new Dataset()
                .putItems(Tag.PurposeOfReferenceCodeSequence, Codes.ACQUISITION_EQUIPMENT.item())
                .copyFrom(
                        source,
                        Tag.Manufacturer,
                        Tag.InstitutionName,
                        Tag.StationName,
                        Tag.ManufacturerModelName,
                        Tag.DeviceSerialNumber,
                        Tag.SoftwareVersions);
        if (scanner.string(Tag.Manufacturer).isPresent()) {
            List<Dataset> all = new ArrayList<>(List.of(scanner));
            all.addAll(result.items(Tag.ContributingEquipmentSequence));
            result.putItems(Tag.ContributingEquipmentSequence, all);
        }
    }

    /** Contributing Equipment: what we did, where it is told. */
    private static void putProcessing(Equipment equipment, ZonedDateTime created, Dataset result) {
        if (!equipment.contribution().isEmpty()) {
            result.putItems(
                    Tag.ContributingEquipmentSequence,
                    new Dataset()
                            .putItems(Tag.PurposeOfReferenceCodeSequence, Codes.PROCESSING_EQUIPMENT.item())
                            .put(Tag.Manufacturer, equipment.manufacturer())
                            .put(Tag.ManufacturerModelName, equipment.modelName())
                            .put(Tag.DeviceSerialNumber, equipment.serialNumber())
                            .put(Tag.SoftwareVersions, equipment.softwareVersion())
                            .put(Tag.ContributionDateTime, DATE.format(created) + TIME.format(created))
                            .put(Tag.ContributionDescription, equipment.contribution()));
        }
    }

    /** Contributing Equipment: the model, whatever the kind of object, by name, version and digest. */
    private static void putAlgorithm(ResultContext context, Dataset result) {
        Algorithm algorithm = context.algorithm();
        List<Dataset> all = new ArrayList<>(result.items(Tag.ContributingEquipmentSequence));
        all.add(new Dataset()
                .putItems(Tag.PurposeOfReferenceCodeSequence, Codes.PROCESSING_EQUIPMENT.item())
                .put(Tag.Manufacturer, context.equipment().manufacturer())
                .put(Tag.ManufacturerModelName, algorithm.name())
                .put(Tag.SoftwareVersions, algorithm.version())
                .put(Tag.ContributionDescription, algorithm.contribution()));
        result.putItems(Tag.ContributingEquipmentSequence, all);
    }

    /** PS3.3 section C.7.6.1.1.5: what was made of an image that lost by compression has its marks. */
    static void putLossyCompression(ResultContext context, Dataset result) {
        result.put(Tag.LossyImageCompression, "00");
        context.pet().slices().stream()
                .filter(slice ->
                        slice.string(Tag.LossyImageCompression).orElse("").equals("01"))
                .findFirst()
                .ifPresent(lossy -> result.copyFrom(
                        lossy,
                        Tag.LossyImageCompression,
                        Tag.LossyImageCompressionRatio,
                        Tag.LossyImageCompressionMethod));
    }

    /** Common Instance Reference Module, PS3.3 C.12.2: all of the sources are of the result's own study. */
    static void putReferencedSeries(Dataset result, List<SeriesReference> sources) {
        List<Dataset> items = new ArrayList<>();
        for (SeriesReference source : sources) {
            items.add(new Dataset()
                    .put(Tag.SeriesInstanceUID, source.seriesInstanceUid())
                    .putItems(Tag.ReferencedInstanceSequence, items(source.instances())));
        }
        result.putItems(Tag.ReferencedSeriesSequence, items);
    }

    /** Items of Source Image Sequence, PS3.3 C.7.6.1.1.4. */
    static List<Dataset> sourceImages(List<InstanceReference> images) {
        return images.stream()
                .map(image -> image.item().putItems(Tag.PurposeOfReferenceCodeSequence, Codes.SOURCE_IMAGE.item()))
                .toList();
    }

    static List<Dataset> items(List<InstanceReference> instances) {
        return instances.stream().map(InstanceReference::item).toList();
    }

    static ZonedDateTime created(ResultContext context) {
        return created(context.origin());
    }

    static ZonedDateTime created(ResultOrigin origin) {
        ZoneId zone = origin.source()
                .string(Tag.TimezoneOffsetFromUTC)
                .map(offset -> (ZoneId) ZoneOffset.from(OFFSET.parse(offset)))
                .orElse(ZoneId.systemDefault());
        return origin.created().atZone(zone);
    }
}
