# Makes two people and a project in Redmine, and prints their keys: first the owner's, then the engineer's.
Setting.rest_api_enabled = "1"
def person(login, first, last, zone)
  found = User.find_by_login(login)
  return found if found
  user = User.new(firstname: first, lastname: last, mail: "#{login}@firm.example", status: User::STATUS_ACTIVE)
  user.login = login
  user.password = SecureRandom.hex(16)
  user.pref.time_zone = zone
  user.save!
  user
end
owner = person("owner", "Olive", "Owner", "London")
engineer = person("engineer", "Edek", "Engineer", "Warsaw")
project = Project.find_by_identifier("quotes") || Project.new(name: "Quotes", identifier: "quotes", is_public: true)
project.trackers = Tracker.all
project.enabled_module_names = %w[issue_tracking]
project.save!
project.issues.destroy_all
role = Role.givable.first
[owner, engineer].each do |user|
  Member.create!(project: project, principal: user, roles: [role]) unless user.member_of?(project)
end
puts "#{owner.api_key} #{engineer.api_key}"
