export const captureStackTrace = () => [];
