"""Tables as companies have them: found where they lie and read in blocks, whatever their kind and size."""
