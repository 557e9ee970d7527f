// How OHIF runs at this gateway. The two globals stand in the package's index.html as inline scripts.
window.PUBLIC_URL = '/viewer/';
window.browserImportFunction = name => import(name);

window.config = {
  name: 'tomogrid',
  routerBasename: '/viewer',
  showStudyList: true,
  extensions: [],
  modes: [],
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
