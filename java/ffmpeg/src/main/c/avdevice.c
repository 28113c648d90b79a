/*
 * libavdevice of FFmpeg 8.0 without devices, as its own "configure --disable-devices" would leave it: the program ffmpeg
 * links to it, and the one that comes with the program wants sound and screen libraries of the system, to record from
 * them. Here nothing is recorded. The functions are those that the program calls, and their arguments those of
 * libavdevice/avdevice.h; the types they point to are never looked into.
 */
#include <stddef.h>

#define ENOSYS 38 /* of Linux */

unsigned avdevice_version(void) { return 62 << 16 | 1 << 8 | 100; }

const char *avdevice_configuration(void) { return "--disable-devices"; }

void avdevice_register_all(void) {}

const void *av_input_audio_device_next(const void *device) { return (void)device, NULL; }

const void *av_input_video_device_next(const void *device) { return (void)device, NULL; }

const void *av_output_audio_device_next(const void *device) { return (void)device, NULL; }

const void *av_output_video_device_next(const void *device) { return (void)device, NULL; }

int avdevice_list_input_sources(const void *device, const char *name, void *options, void **list) {
  return (void)device, (void)name, (void)options, (void)list, -ENOSYS;
}

int avdevice_list_output_sinks(const void *device, const char *name, void *options, void **list) {
  return (void)device, (void)name, (void)options, (void)list, -ENOSYS;
}

/* Nobody was given any. */
void avdevice_free_list_devices(void **list) { (void)list; }
