// How OHIF runs at this gateway. The two globals stand in the package's index.html as inline scripts.
window.PUBLIC_URL = '/viewer/';
window.browserImportFunction = name => import(name);

window.config = {
  name: 'tomogrid',
  routerBasename: '/viewer',
  showStudyList: true,
  extensions: [],
  modes: [],
  // the lesions that were found lie in the study as SEG: the fusion shows them, too, and lists the series at its side
  modesConfiguration: {
    '@ohif/mode-tmtv': {
      sopClassHandlers: { $unshift: ['@ohif/extension-cornerstone-dicom-seg.sopClassHandlerModule.dicom-seg'] },
      routes: {
        0: {
          layoutInstance: {
            props: {
              leftPanelClosed: { $set: false },
              viewports: {
                $push: [{
                  namespace: '@ohif/extension-cornerstone-dicom-seg.viewportModule.dicom-seg',
                  displaySetsToDisplay: ['@ohif/extension-cornerstone-dicom-seg.sopClassHandlerModule.dicom-seg'],
                }],
              },
            },
          },
        },
      },
    },
  },
  // no tour; it covers the images
  customizationService: [{ 'ohif.tours': { $set: [] } }],
  investigationalUseDialog: { option: 'never' },
  showLoadingIndicator: true,
  showWarningMessageForCrossOrigin: false,
  showCPUFallbackMessage: true,
  strictZSpacingForVolumeViewport: true,
  groupEnabledModesFirst: true,
  maxNumberOfWebWorkers: 2,
  maxNumRequests: { interaction: 32, thumbnail: 5, prefetch: 16 },
  defaultDataSourceName: 'tomogrid',
  dataSources: [
    {
      namespace: '@ohif/extension-default.dataSourcesModule.dicomweb',
      sourceName: 'tomogrid',
      configuration: {
        friendlyName: 'Tomogrid',
        name: 'tomogrid',
        qidoRoot: '/dicom-web',
        wadoRoot: '/dicom-web',
        imageRendering: 'wadors',
        thumbnailRendering: 'wadors',
        enableStudyLazyLoad: true,
        qidoSupportsIncludeField: true,
        supportsWildcard: true,
        supportsFuzzyMatching: false,
        supportsReject: false,
        dicomUploadEnabled: false,
        omitQuotationForMultipartRequest: true,
        bulkDataURI: { enabled: true, relativeResolution: 'studies' },
      },
    },
  ],
};
