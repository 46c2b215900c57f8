# A generated repository: commits, branches, merge, clone, gc, blame, log, fsck.
# needs: git (git)
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=C
export GIT_COMMITTER_EMAIL=c@example.org GIT_CONFIG_NOSYSTEM=1
git init -q -b main repository
cd repository
git config gc.auto 0
for ((i = 0; i < 40; i++)); do
  export GIT_AUTHOR_DATE="$((1600000000 + i * 60)) +0000" GIT_COMMITTER_DATE="$((1600000000 + i * 60)) +0000"
  mkdir -p "d$((i % 5))"
  seq $((i * 10)) $((i * 30 + 2000)) >"d$((i % 5))/file$((i % 7))"
  echo "change $i" >>log.txt
  git add -A && git commit -q -m "commit $i"
done
git checkout -q -b side HEAD~10
echo "side" >side.txt && git add side.txt && git commit -q -m "side"
git checkout -q main
git merge -q --no-edit side
git log --oneline --graph --stat | sha256sum
git log -3 --format='%H %an %s'
git blame log.txt | md5sum
git diff --stat HEAD~20 HEAD | tail -n 3
git rev-list --objects --all | sort | md5sum
git repack -q -a -d -f --threads=2
git gc -q
git fsck --full
git count-objects -v | grep -v size
cd ..
git clone -q --no-local repository clone
git -C clone log --format=%H | md5sum
git -C clone archive HEAD | md5sum
git -C clone grep -c 1999 HEAD | sort
git -C repository show no-such-revision || echo "status $?"
