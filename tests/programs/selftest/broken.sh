# Fails also without the allocator; comparing two failures proves nothing.
# needs: false (coreutils)
echo started
false
