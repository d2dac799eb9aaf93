/** The release, as the API server's audit log sees it in `User-Agent`. */
export const version = '0.1.0';
