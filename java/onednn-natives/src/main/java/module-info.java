/** Holds the library of the backend's own kernels, for one platform; no code. */
@SuppressWarnings("module") // its name ends as the platform's does
module convlstm4j.backend.onednn.linux.x86_64 {}
